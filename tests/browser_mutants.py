"""The mutants of the model of browsers, in the form of `mutants.py`. The recordings of real browsers have to detect
each of them."""

# (what is proven, function, regex, replacement)
MUTANTS = [
    # Verdicts.
    ("origins are compared in any case", "CheckedRequest::allow_origin", r"allowed == self\.origin", "allowed.eq_ignore_ascii_case(self.origin)"),
    ("`*` allows credentials", "CheckedRequest::allow_origin", r"Err\(Blocked::AnyOriginWithCredentials\)", "Ok(())"),
    ("credentials need no header", "CheckedRequest::allow_credentials", r"!self\.credentials \|\|", "true ||"),
    ("a response in the mode no-cors is readable", "Walk::finish", r"self\.tainting == Tainting::Opaque && !seen", "false"),
    ("the origin is kept by every redirect", "Walk::redirect", r"self\.tainted \|= .+?;", ""),
    # Preflights.
    ("any status below 500 is fine", "CheckedRequest::preflight_check", r"\(200\.\.300\)\.contains\(&status\)", "status < 500"),
    ("methods are compared in any case", "CheckedRequest::method_listed", r"methods\.contains\(&self\.method\)", "methods.iter().any(|method| method.eq_ignore_ascii_case(self.method))"),
    ("`*` allows headers with credentials", "CheckedRequest::headers_listed", r"!self\.credentials &&", "true &&"),
    ("JSON needs no preflight", "is_safelisted_header", r"&& is_form_type\(value\)", ""),
    ("names are separated by spaces", "preflight_headers", r"&b','", "&b' '"),
    ("a POST stays a POST when it is redirected", "Walk::redirect", r"matches!\(status, 301 \| 302\) && is_post", "false && is_post"),
    # The data that scripts can read.
    ("nothing is exposed", "split_headers", r"\|\| listed\(\)", ""),
    ("`*` exposes with credentials", "split_headers", r"!credentials &&", "true &&"),
    # The lines in consoles.
    ("Chromium prints nothing about a preflight", "Told::chromium", r"self\.is_preflight\(\) && is_check", "false && is_check"),
    ("Firefox prints one line for a preflight", "Told::firefox", r"_ if self\.is_preflight\(\) \|\| is_redirect =>", "_ if is_redirect =>"),
    ("WebKit checks the origin first", "CheckedRequest::preflight_checks", r"self\.agent\.has\(Deviation::PreflightStatusFirst\)", "false"),
]
