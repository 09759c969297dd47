//! The codes of the findings that a sentence from a console can mean.

use crate::browser::agent::Engine;
use crate::browser::sentences::Problem;
use crate::issues::finding_code::FindingCode;

pub(crate) fn is_of_preflight(problem: Problem) -> bool {
    matches!(
        problem,
        Problem::PreflightStatus
            | Problem::PreflightRedirect
            | Problem::MethodList
            | Problem::HeaderList
            | Problem::Method
            | Problem::Header
    )
}

/// The findings that an explanation of the exchange could have for a problem.
pub(crate) fn likely(problem: Problem, engine: Option<Engine>) -> Vec<FindingCode> {
    use FindingCode as Code;
    let statuses = [
        Code::PreflightUnauthorized,
        Code::PreflightNotFound,
        Code::PreflightOptionsRefused,
        Code::PreflightFailed,
        Code::PreflightRedirected,
        Code::RedirectToLogin,
        Code::GatewayError,
    ];
    match problem {
        // All engines except WebKit check the header before the status.
        Problem::Missing if engine == Some(Engine::WebKit) => vec![
            Code::AllowOriginMissing,
            Code::ErrorWithoutHeaders,
            Code::RedirectToLogin,
            Code::GatewayError,
            Code::RedirectChangesOrigin,
        ],
        Problem::Missing => {
            let first = [Code::AllowOriginMissing, Code::ErrorWithoutHeaders, Code::RedirectChangesOrigin];
            first.into_iter().chain(statuses).collect()
        }
        Problem::Several => vec![Code::AllowOriginMultiple, Code::AllowOriginInvalid],
        Problem::Invalid => vec![Code::AllowOriginInvalid, Code::AllowOriginMismatch, Code::RedirectChangesOrigin],
        Problem::Mismatch => vec![
            Code::AllowOriginMismatch,
            Code::CachedForAnotherOrigin,
            Code::RedirectChangesOrigin,
            Code::AllowOriginInvalid,
            Code::AllowOriginMultiple,
        ],
        Problem::AnyOrigin => vec![Code::AllowOriginAnyWithCredentials],
        Problem::NoCredentials => vec![Code::AllowCredentialsMissing],
        Problem::PreflightStatus | Problem::PreflightRedirect => statuses.to_vec(),
        Problem::MethodList => vec![Code::AllowMethodsInvalid],
        Problem::HeaderList => vec![Code::AllowHeadersInvalid],
        Problem::Method => {
            vec![Code::MethodNotAllowed, Code::MethodNotUpperCase, Code::AllowMethodsAnyWithCredentials]
        }
        Problem::Header => {
            vec![Code::HeaderNotAllowed, Code::AllowHeadersAnyWithCredentials, Code::AuthorizationOnlyByWildcard]
        }
        Problem::RedirectUser => vec![Code::RedirectWithUser],
        Problem::RedirectScheme | Problem::RedirectData | Problem::RedirectFtp | Problem::RedirectUrl => {
            vec![Code::RedirectSchemeNotHttp, Code::SchemeNotHttp, Code::RedirectInvalid]
        }
        Problem::Scheme => vec![Code::SchemeNotHttp, Code::RedirectSchemeNotHttp],
        Problem::RedirectCount => vec![Code::TooManyRedirects],
        Problem::RedirectRefused => vec![Code::RedirectNotFollowed],
        Problem::SameOriginMode | Problem::SameOriginRedirected => vec![Code::SameOriginMode],
        Problem::NoCorsRedirectMode => vec![Code::NoCorsRedirectMode],
        Problem::MixedContent => vec![Code::MixedContent],
        Problem::ResourcePolicy => vec![Code::ResourcePolicyBlocks],
        Problem::Network | Problem::Other => {
            vec![
                Code::ConnectionFailed,
                Code::TlsFailed,
                Code::NameNotResolved,
                Code::TimedOut,
                Code::ResponseIncomplete,
                Code::RedirectWithUser,
                Code::RedirectInvalid,
                Code::RedirectSchemeNotHttp,
            ]
        }
    }
}
