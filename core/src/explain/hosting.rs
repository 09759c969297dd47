//! Clouds, gateways and products that the host name of a URL shows, and the section about their settings.

use crate::browser::url::Url;

/// The page about clouds and gateways.
const CLOUDS: &str = "docs/troubleshooting/clouds-and-gateways.md";
/// The page about servers that belong to somebody else, with a section about products.
const PRODUCTS: &str = "docs/troubleshooting/which-server.md";

/// A cloud, a gateway or a product whose own settings decide about CORS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hosting {
    /// The name under which people know it.
    pub name: &'static str,
    page: &'static str,
    anchor: &'static str,
}

const fn cloud(name: &'static str, anchor: &'static str) -> Hosting {
    Hosting { name, page: CLOUDS, anchor }
}

const fn product(name: &'static str) -> Hosting {
    Hosting { name, page: PRODUCTS, anchor: "products-with-a-setting-of-their-own" }
}

/// Ends of host names, with a label that has to be in the name too, if the end alone does not decide. The first that fits
/// is chosen.
const HOSTS: &[(&str, &str, Hosting)] = &[
    (".amazonaws.com", "execute-api", cloud("AWS API Gateway", "aws-http-api")),
    (".amazonaws.com", "s3", cloud("Amazon S3", "amazon-s3")),
    (".on.aws", "lambda-url", cloud("a Lambda function URL", "aws-lambda-function-url")),
    (".cloudfront.net", "", cloud("Amazon CloudFront", "amazon-cloudfront")),
    (".azurewebsites.net", "", cloud("Azure App Service or Functions", "azure-app-service-and-azure-functions")),
    (".azure-api.net", "", cloud("Azure API Management", "azure-api-management")),
    (".core.windows.net", "", cloud("Azure Storage", "azure-storage")),
    (".azurecontainerapps.io", "", cloud("Azure Container Apps", "azure-container-apps")),
    ("storage.googleapis.com", "", cloud("Google Cloud Storage", "google-cloud-storage")),
    ("firebasestorage.googleapis.com", "", cloud("Firebase Storage", "google-cloud-storage")),
    (".run.app", "", cloud("Google Cloud Run", "google-cloud-run")),
    (".cloudfunctions.net", "", cloud("Google Cloud Functions", "google-cloud-functions-and-firebase")),
    (".gateway.dev", "", cloud("Google API Gateway", "google-api-gateway-and-cloud-endpoints")),
    (".cloud.goog", "", cloud("Google Cloud Endpoints", "google-api-gateway-and-cloud-endpoints")),
    (".supabase.co", "", cloud("Supabase", "supabase")),
    (".vercel.app", "", cloud("Vercel", "vercel")),
    (".netlify.app", "", cloud("Netlify", "netlify")),
    (".workers.dev", "", cloud("Cloudflare Workers", "cloudflare")),
    (".pages.dev", "", cloud("Cloudflare Pages", "cloudflare")),
    (".r2.cloudflarestorage.com", "", cloud("Cloudflare R2", "cloudflare")),
    (".r2.dev", "", cloud("Cloudflare R2", "cloudflare")),
    (".deno.dev", "", cloud("Deno Deploy", "other-hosts")),
    (".onrender.com", "", cloud("Render", "other-hosts")),
    (".fly.dev", "", cloud("Fly.io", "other-hosts")),
    (".up.railway.app", "", cloud("Railway", "other-hosts")),
    (".herokuapp.com", "", cloud("Heroku", "other-hosts")),
    ("login.microsoftonline.com", "", product("Microsoft Entra ID")),
    (".auth0.com", "", product("Auth0")),
    (".okta.com", "", product("Okta")),
];

impl Hosting {
    /// The cloud, gateway or product to which the URL's host belongs, if its name shows it. It is `None` for most
    /// servers, which have names of their own.
    ///
    /// ```
    /// use corsac::explain::Hosting;
    ///
    /// let hosting = Hosting::of_url("https://photos.s3.eu-central-1.amazonaws.com/cat.jpg").unwrap();
    /// assert_eq!(hosting.name, "Amazon S3");
    /// assert_eq!(hosting.docs(), "docs/troubleshooting/clouds-and-gateways.md#amazon-s3");
    /// assert_eq!(Hosting::of_url("https://api.example.com/"), None);
    /// ```
    #[must_use]
    pub fn of_url(url: &str) -> Option<Self> {
        let host = Url::parse(url, None)?.host;
        let fits = |end: &str, label: &str| {
            let is_end = host.ends_with(end) || host == end.trim_start_matches('.');
            let has_label = |other: &str| other == label || other.starts_with(&format!("{label}-"));
            is_end && (label.is_empty() || host.split('.').any(has_label))
        };
        HOSTS.iter().find(|(end, label, _)| fits(end, label)).map(|(.., hosting)| *hosting)
    }

    /// The address of the section about its settings.
    #[must_use]
    pub fn docs(self) -> String {
        format!("{}#{}", self.page, self.anchor)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::path::Path;

    fn name(url: &str) -> Option<&'static str> {
        Hosting::of_url(url).map(|hosting| hosting.name)
    }

    #[test]
    fn hosts_are_known_by_their_names() {
        let known = [
            ("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items", "AWS API Gateway"),
            ("https://bucket.s3.amazonaws.com/a", "Amazon S3"),
            ("https://s3.eu-central-1.amazonaws.com/bucket/a", "Amazon S3"),
            ("https://bucket.s3-eu-west-1.amazonaws.com/a", "Amazon S3"),
            ("https://bucket.s3-accelerate.amazonaws.com/a", "Amazon S3"),
            ("https://abc.lambda-url.us-east-1.on.aws/", "a Lambda function URL"),
            ("https://account.blob.core.windows.net/container/a", "Azure Storage"),
            ("https://storage.googleapis.com/bucket/a", "Google Cloud Storage"),
            ("https://LOGIN.microsoftonline.com/common/oauth2/v2.0/token", "Microsoft Entra ID"),
            ("https://team.eu.auth0.com/oauth/token", "Auth0"),
        ];
        for (url, expected) in known {
            assert_eq!(name(url), Some(expected), "{url}");
        }
    }

    #[test]
    fn other_hosts_are_not() {
        let unknown = [
            "https://api.example.com/execute-api.amazonaws.com",
            "https://s3.example.com/",
            "https://evil-run.app/",
            "https://ec2-1-2-3-4.compute-1.amazonaws.com/",
            "https://notstorage.googleapis.com.example/",
            "http://localhost:8000/",
            "not a url",
            "",
        ];
        for url in unknown {
            assert_eq!(name(url), None, "{url}");
        }
    }

    /// Each anchor is the one that GitHub makes from a heading of the page.
    #[test]
    fn each_section_exists() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for (.., hosting) in HOSTS {
            let page = std::fs::read_to_string(root.join(hosting.page)).unwrap();
            let has_heading = page.lines().filter(|line| line.starts_with('#')).any(|line| {
                let heading = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
                heading.replace('.', "") == hosting.anchor
            });
            assert!(has_heading, "{}", hosting.docs());
        }
    }
}
