#!/usr/bin/env python3
"""Breaks each row of the decision table in turn, and sees a vector fail.

Works on a copy below `target/`. A mutant that no vector tells apart from the real engine is a hole in the vectors.
`--smoke` runs a few, words those whose rows hold one. The last line is `N passed, N failed`.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPY = ROOT / "target" / "mutants"

# (row, file in core/src, what stands there, what is put instead)
MUTANTS = [
    # Classification.
    ("preflight: OPTIONS in any case", "decide/evaluate.rs", 'request.method == b"OPTIONS"', 'request.method.eq_ignore_ascii_case(b"OPTIONS")'),
    ("preflight: without Access-Control-Request-Method", "decide/evaluate.rs", "request.origin.is_some() && request.access_control_request_method.is_some()", "request.origin.is_some()"),
    ("several lines of a header are not joined", "decide/request.rs", "if joined.len() <= JOINED_HEADER_BYTES {", "if false {"),
    ("null is matched by nothing", "origins/set.rs", "return if self.null || self.any {", "return if self.null && self.any {"),
    # Rows of actual requests.
    ("any origin: reflected", "response/render.rs", "if texts.any {", "if false {"),
    ("any origin: with Vary", "response/render.rs", "if self.texts.any || self.texts.nobody => None", "if self.texts.nobody => None"),
    ("nobody: with Vary", "response/render.rs", "if self.texts.any || self.texts.nobody => None", "if self.texts.any => None"),
    ("no Origin: without Vary", "response/render.rs", "Case::Actual { options: false, .. } => Some(c\"Origin\")", "Case::Actual { options: false, reason: Reason::NoOrigin } => None, Case::Actual { options: false, .. } => Some(c\"Origin\")"),
    ("not allowed: without Vary", "response/render.rs", "Case::Actual { options: false, .. } => Some(c\"Origin\")", "Case::Actual { options: false, reason: Reason::OriginNotAllowed } => None, Case::Actual { options: false, .. } => Some(c\"Origin\")"),
    ("not allowed: readable", "response/render.rs", "matches!(reason, Reason::AnyOrigin | Reason::OriginAllowed)", "matches!(reason, Reason::AnyOrigin | Reason::OriginAllowed | Reason::OriginNotAllowed)"),
    ("malformed: readable", "response/render.rs", "matches!(reason, Reason::AnyOrigin | Reason::OriginAllowed)", "matches!(reason, Reason::AnyOrigin | Reason::OriginAllowed | Reason::OriginMalformed)"),
    ("allowed: without Access-Control-Allow-Credentials", "response/render.rs", "if texts.credentials {", "if false {"),
    ("allowed: without expose", "response/render.rs", "if let (true, Case::Actual { .. } | Case::Blocked { .. }, Some(expose))", "if let (false, Case::Actual { .. }, Some(expose))"),
    ("expose on preflights", "response/render.rs", "if let (true, Case::Actual { .. } | Case::Blocked { .. }, Some(expose))", "if let (true, _, Some(expose))"),
    ("plain OPTIONS: the Vary of GET", "response/render.rs", "Case::Actual { options: false, .. } => Some(c\"Origin\")", "Case::Actual { .. } => Some(c\"Origin\")"),
    # Rows of preflights.
    ("refused: readable", "response/render.rs", "Case::Refused { .. } => false,", "Case::Refused { .. } => true,"),
    ("refused: 204", "response/render.rs", "Case::Refused { .. } => (Action::Respond, Some(REFUSAL_STATUS)),", "Case::Refused { .. } => (Action::Respond, Some(self.texts.status)),"),
    ("refused: without a body", "response/template.rs", "if self.status == Some(REFUSAL_STATUS) { self.reason.refusal() } else { c\"\" }", "c\"\""),
    ("refused: without content-type", "response/render.rs", "headers.push(set(HeaderName::ContentType", "let _ = (set(HeaderName::ContentType"),
    ("200: without content-length", "response/render.rs", "_ if texts.status == 200 =>", "_ if texts.status == 201 =>"),
    ("204: with content-length", "response/render.rs", "_ if texts.status == 200 =>", "_ if texts.status == 204 =>"),
    ("preflight_continue answers", "response/render.rs", "_ if self.texts.preflight_continue =>", "_ if false =>"),
    ("preflight: without max-age", "response/render.rs", "if let Some(max_age) = &self.max_age {", "if let (Some(max_age), false) = (&self.max_age, true) {"),
    ("preflight: without private network", "response/render.rs", "if private_network {", "if false {"),
    ("private network without being asked", "decide/evaluate.rs", 'rules.private_network && request.access_control_request_private_network == Some(b"true")', "rules.private_network"),
    ("private network missing in Vary", "response/render.rs", "_ if self.texts.private_network => Some(", "_ if false => Some("),
    ("preflight Vary is Origin alone", "response/render.rs", '_ => Some(c"Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),', '_ => Some(c"Origin"),'),
    # Lists.
    ("`*` methods with credentials stay `*`", "compile/lists.rs", 'if credentials { USUAL_METHODS.join(", ") } else', "if false { String::new() } else"),
    ("another method is not sent back", "decide/methods.rs", "*echo && allowed && !usual()", "false"),
    ("a usual method is sent back as well", "decide/methods.rs", "*echo && allowed && !usual()", "*echo && allowed"),
    ("forbidden methods are allowed by `*`", "decide/methods.rs", "&& !is_forbidden_method(method)", ""),
    ("methods in any case", "decide/methods.rs", "(methods.contains(method), false)", "(methods.contains(&method.to_ascii_uppercase()), false)"),
    ("an unlisted method is allowed", "decide/methods.rs", "(methods.contains(method), false)", "(methods.contains(method) || true, false)"),
    ("headers are not echoed", "decide/evaluate.rs", "echo_headers: rules.echo_headers &&", "echo_headers: false && rules.echo_headers &&"),
    ("malformed headers are echoed", "decide/evaluate.rs", "&& asked_headers && headers == Asked::Allowed", "&& asked_headers"),
    ("`*` covers Authorization", "decide/headers.rs", "!name.eq_ignore_ascii_case(AUTHORIZATION.as_bytes())", "true"),
    ("unlisted headers are allowed", "decide/headers.rs", "if answer == Asked::Allowed && !self.allows(name)", "if false && !self.allows(name)"),
    ("header names in one case only", "string_set.rs", "**other == *name || other.eq_ignore_ascii_case(name)", "**other == *name"),
    ("header names of long lists in one case only", "string_set.rs", "lower.make_ascii_lowercase();", ""),
    ("empty elements are refused", "decide/headers.rs", "if name.is_empty() {\n                continue;", "if name.is_empty() {\n                return Asked::Malformed;"),
    ("more than 128 names", "decide/headers.rs", "count > REQUESTED_HEADERS ||", ""),
    ("more than 8 KiB", "decide/headers.rs", "if header.len() > REQUESTED_HEADERS_BYTES {", "if header.len() > 2 * REQUESTED_HEADERS_BYTES {"),
    ("bytes of names are not checked", "decide/headers.rs", "|| !name.iter().all(|byte| is_tchar(*byte))", ""),
    ("safelisted headers are not listed", "compile/lists.rs", "SAFELISTED_HEADERS.iter().map(", "SAFELISTED_HEADERS.iter().take(3).map("),
    ("safelisted methods are not listed", "compile/lists.rs", "SAFELISTED_METHODS.to_vec()", "SAFELISTED_METHODS.iter().take(2).copied().collect()"),
    ("order of the headers", "response/render.rs", "sent.push(set(HeaderName::AllowMethods, self.methods.clone()));", "sent.insert(0, set(HeaderName::AllowMethods, self.methods.clone()));"),
    # Reasons and their precedence.
    ("headers come before the method", "decide/evaluate.rs", "(false, _) => Reason::PreflightMethodNotAllowed,", "(false, Asked::Allowed) => Reason::PreflightMethodNotAllowed, (false, _) => Reason::PreflightHeaderNotAllowed,"),
    ("malformed is told as not allowed", "origins/set.rs", "else { return Verdict::Malformed };", "else { return Verdict::NotAllowed };"),
    ("no Origin is told as not allowed", "decide/evaluate.rs", "self.actual(Reason::NoOrigin)", "self.actual(Reason::OriginNotAllowed)"),
    # Predicates.
    ("predicate: a failure is a denial", "decide/evaluate.rs", "Answer::Failed => OriginAnswer::Refused(Reason::PredicateFailed)", "Answer::Failed => OriginAnswer::Refused(Reason::OriginNotAllowed)"),
    ("predicate: asked for plain http with credentials", "origins/set.rs", "if secure_only && !origin.is_secure() {", "if secure_only && !origin.is_secure() && !self.predicate {"),
    ("predicate: a route keeps it beside its own origins", "read/routes.rs", "settings.predicate = None;", ""),
    # Routes.
    ("route: a path with an escape is read as sent", "paths/readings.rs", "b'%' | b'\\\\' | b';' | 0x80.. => true,", "b'\\\\' | b';' | 0x80.. => true,"),
    ("route: a backslash is no slash", "paths/readings.rs", "let has_backslash = text.contains(&b'\\\\');", "let has_backslash = false;"),
    ("route: dots are not resolved", "paths/readings.rs", "b'/' | b'.' => before == b'/',", "b'/' => before == b'/',"),
    ("route: empty segments are not dropped", "paths/readings.rs", "b'/' | b'.' => before == b'/',", "b'.' => before == b'/',"),
    ("route: an encoded slash is no slash", "paths/readings.rs", "for escapes in [Escapes::InSegments, Escapes::InWhole] {", "for escapes in [Escapes::InSegments] {"),
    ("route: segments are not decoded by themselves", "paths/readings.rs", "for escapes in [Escapes::InSegments, Escapes::InWhole] {", "for escapes in [Escapes::InWhole] {"),
    ("route: paths differ by case", "paths/tree.rs", "literal.iter().copied().cmp(segment.iter().map(u8::to_ascii_lowercase))", "literal.iter().cmp(segment.iter())"),
    ("route: rest needs a segment", "paths/lookup.rs", "return Some(node.here.or(node.rest));", "return Some(node.here);"),
    ("route: a parameter may be empty", "paths/lookup.rs", "node.any.filter(|_| !segment.is_empty())", "node.any"),
    ("route: no way back from a literal", "paths/lookup.rs", "let found = self.walk(next, after)?;\n            if found.is_some() {\n                return Some(found);\n            }\n        }\n        if segment.contains", "return self.walk(next, after);\n        }\n        if segment.contains"),
    ("route: parameters before literals", "paths/lookup.rs", "if let Some(next) = node.literal(segment) {", "if let Some(next) = node.any.or(node.literal(segment)) {"),
    ("route: a query belongs to the path", "paths/readings.rs", "target.split(|byte| *byte == b'?')", "target.split(|byte| *byte == b'\\n')"),
    ("route: a host may stand before the path", "paths/readings.rs", "&& !matches!(path.get(1), Some(b'/' | b'\\\\'))", ""),
    ("route: control characters are read", "paths/readings.rs", "control if control.is_ascii_control() => return None,", ""),
    ("route: control characters are read as sent", "paths/readings.rs", "|| path.iter().any(u8::is_ascii_control)", ""),
    ("route: letters are not folded", "paths/readings.rs", "folded if folded.len() < text.len() => self.all(folded, scratch),", ""),
    ("route: parameters are kept", "paths/readings.rs", "take(if text.contains(&b';') { 3 } else { 1 })", "take(1)"),
    ("route: parameters are cut from segments alone", "paths/readings.rs", "take(if text.contains(&b';') { 3 } else { 1 })", "take(if text.contains(&b';') { 2 } else { 1 })"),
    ("route: parameters are cut before decoding alone", "paths/readings.rs", "for parameters in Parameters::ways(text) {", "for parameters in [Parameters::Kept] {"),
    ("route: dots are always resolved", "paths/segments.rs", "(Empty::Kept, false),", "(Empty::Kept, true),"),
    ("route: empty segments are always dropped", "paths/segments.rs", "(has_empty || *empty == Empty::Kept)", "(*empty == Empty::Dropped)"),
    ("route: empty segments are dropped before dots alone", "paths/segments.rs", "            (Empty::DroppedLast, true),\n", ""),
    ("route: a dot ends nothing", "paths/lookup.rs", "if segment.contains(&b'.') {", "if false {"),
    ("route: what follows a dot is left out alone", "paths/lookup.rs", "self.check_nothing_at(next, Some(rest))?;", ""),
    ("route: what follows a dot is kept alone", "paths/lookup.rs", "self.check_nothing_at(next, after)?;", ""),
    ("route: a literal with a dot is cut", "paths/lookup.rs", "if found.is_some() {\n                return Some(found);\n            }\n        }\n        if segment.contains", "if found.is_some() && !segment.contains(&b'.') {\n                return Some(found);\n            }\n        }\n        if segment.contains"),
    ("route: what is mounted resolves nothing", "paths/lookup.rs", "self.check_resolved(next, rest)?;", ""),
    ("route: what is mounted keeps empty segments", "paths/lookup.rs", "[Empty::Kept, Empty::Dropped, Empty::DroppedLast]", "[Empty::Kept]"),
    ("route: a dot ends no literal that holds one", "paths/lookup.rs", "if segment.get(dot) != Some(&b'.') {", "if segment.iter().position(|byte| *byte == b'.') != Some(dot) {"),
    ("route: readings of any length", "paths/readings.rs", "self.left = self.left.checked_sub(text.len())?;", ""),
    ("route: a trailing slash counts", "paths/segments.rs", 'body.strip_suffix(b"/").unwrap_or(body)', "body"),
    ("route: the origins of the top level stay", "read/routes.rs", 'settings.allow_origins = nothing("allow_origins");', ""),
    ("route: ambiguous is the top level", "decide/evaluate.rs", "map_or((&routes.ambiguous, true)", "map_or((&self.rules, true)"),
    ("route: ambiguous without Vary", "response/render.rs", 'Case::Actual { reason: Reason::PathAmbiguous, options: false } => Some(c"Origin"),', ""),
    ("route: a route's errors are lints told before", "issues/issue.rs", "told.insert((severity, code, field.to_owned()))", "told.insert((Severity::Error, code, field.to_owned()))"),
    # Protection.
    ("protection: GET is a write", "decide/protection.rs", 'matches!(method, b"GET" | b"HEAD" | b"OPTIONS")', 'matches!(method, b"HEAD" | b"OPTIONS")'),
    ("protection: handshakes are safe", "decide/protection.rs", "request.websocket || (request.method", "request.websocket && (request.method"),
    ("protection: a key is no handshake", "decide/protection.rs", "request.sec_websocket_key.is_some() || upgrades()", "upgrades()"),
    ("protection: an upgrade is no handshake", "decide/protection.rs", "request.sec_websocket_key.is_some() || upgrades()", "request.sec_websocket_key.is_some()"),
    ("protection: a malformed origin is looked at no more", "decide/protection.rs", "None => return false,", "None => None,"),
    ("protection: a malformed site is looked at no more", "decide/protection.rs", "if site.is_some_and(|site| !is_structured_token(site)) {", "if false {"),
    ("protection: same-site passes", "decide/protection.rs", 'matches!(site, b"same-origin" | b"none")', 'matches!(site, b"same-origin" | b"same-site" | b"none")'),
    ("protection: none does not pass", "decide/protection.rs", 'matches!(site, b"same-origin" | b"none")', 'matches!(site, b"same-origin")'),
    ("protection: null passes", "decide/protection.rs", "(None, Some(None)) => false,", "(None, Some(None)) => true,"),
    ("protection: without Origin refused", "decide/protection.rs", "(None, None) => true,", "(None, None) => false,"),
    ("protection: credentials are not trusted", "decide/protection.rs", "if allowed || request.origin.is_some_and(|origin| self.trusts(origin)) {", "if request.origin.is_some_and(|origin| self.trusts(origin)) {"),
    ("protection: nobody is trusted by name", "decide/protection.rs", "if allowed || request.origin.is_some_and(|origin| self.trusts(origin)) {", "if allowed {"),
    ("protection: Host in one case only", "decide/protection.rs", "authority.eq_ignore_ascii_case(without_default)", "authority == without_default"),
    ("protection: Host with the default port", "decide/protection.rs", '.and_then(|rest| rest.strip_suffix(b":"))', '.and_then(|rest| rest.strip_suffix(b"::"))'),
    ("protection: http on TLS", "decide/protection.rs", 'origin.scheme == b"http" && request.secure', "false"),
    ("protection: preflights are answered", "decide/protection.rs", "!is_safe(asked) && !trusted", "!is_safe(asked) && !trusted && false"),
    ("protection: the Vary of a refusal", "response/render.rs", 'Some(c"Origin, Sec-Fetch-Site")', 'Some(c"Origin")'),
    ("protection: the Vary of a refused handshake", "response/render.rs", "Case::Blocked { reason: Reason::WebsocketRefused, .. } => {", "Case::Blocked { reason: Reason::NoOrigin, .. } => {"),
    ("protection: a refusal may be stored", "response/render.rs", 'headers.push(set(HeaderName::CacheControl', 'let _ = (set(HeaderName::CacheControl'),
    ("protection: a refusal cannot be read", "response/render.rs", "Case::Blocked { readable, .. } => readable,", "Case::Blocked { .. } => false,"),
    ("protection: reports are refusals", "decide/protection.rs", "(true, true) => Mode::Report,", "(true, true) => Mode::Refuse,"),
    ("protection: an ambiguous path is open", "compile/compiler.rs", "map(|protection| protection.writes).max()", "map(|protection| protection.writes).min()"),
    # Credentials and Vary.
    ("plain http with credentials", "origins/set.rs", "if secure_only && !origin.is_secure() {", "if false {"),
    ("Vary names a field twice", "response/vary.rs", "other.eq_ignore_ascii_case(field)", "other == field"),
    ("Vary: `*` is added to", "response/vary.rs", 'any(|field| field == b"*")', "any(|_| false)"),
    ("Vary: the application's lines are lost", "response/vary.rs", "let mut merged = Vec::new();\n    for line in application {", "let mut merged = Vec::new();\n    for line in application.into_iter().take(1) {"),
]
SMOKE = {"route: an encoded slash is no slash", "protection: null passes", "any origin: with Vary", "not allowed: readable", "refused: 204", "`*` covers Authorization", "Vary names a field twice"}


def prepare():
    shutil.rmtree(COPY / "core", ignore_errors=True)
    (COPY / "tests").mkdir(parents=True, exist_ok=True)
    # Without the times of the originals: cargo would take what an earlier mutant built for newer.
    shutil.copytree(ROOT / "core", COPY / "core", copy_function=shutil.copyfile)
    shutil.rmtree(COPY / "tests" / "vectors", ignore_errors=True)
    shutil.copytree(ROOT / "tests" / "vectors", COPY / "tests" / "vectors")
    manifest = (ROOT / "Cargo.toml").read_text()
    (COPY / "Cargo.toml").write_text(re.sub(r"^members = .*$", 'members = ["core"]', manifest, flags=re.M))
    shutil.copyfile(ROOT / "Cargo.lock", COPY / "Cargo.lock")
    for name in ["README.md"]:
        shutil.copyfile(ROOT / name, COPY / name)


def vectors(*extra):
    command = ["cargo", "test", "--offline", "-p", "corsac", "--test", "vectors", *extra]
    env = {**os.environ, "CARGO_TARGET_DIR": str(COPY / "target"), "RUSTFLAGS": "-A warnings", "CARGO_PROFILE_TEST_DEBUG": "0"}
    return subprocess.run(command, cwd=COPY, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")


def try_mutant(row, file, old, new):
    """None if a vector failed, else why that does not count."""
    path = COPY / "core" / "src" / file
    source = (ROOT / "core" / "src" / file).read_text()
    if source.count(old) != 1:
        return f"`{old}` stands {source.count(old)} times in {file}"
    path.write_text(source.replace(old, new))
    try:
        built = vectors("--no-run")
        if built.returncode != 0:
            return "the mutant does not build:\n" + built.stderr[-2000:]
        return "no vector failed" if vectors().returncode == 0 else None
    finally:
        path.write_text(source)


def main():
    smoke = "--smoke" in sys.argv
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    prepare()
    unharmed = vectors()
    if unharmed.returncode != 0:
        print("the vectors fail without any mutation:\n" + unharmed.stdout[-3000:] + unharmed.stderr[-3000:])
        print("0 passed, 1 failed")
        return 1
    survived = killed = 0
    for mutant in MUTANTS:
        if smoke and mutant[0] not in SMOKE or words and not any(word in mutant[0] for word in words):
            continue
        start = time.monotonic()
        problem = try_mutant(*mutant)
        survived, killed = survived + (problem is not None), killed + (problem is None)
        print(f"{'ok' if problem is None else 'FAILED':7} {time.monotonic() - start:4.0f} s  {mutant[0]}", flush=True)
        if problem:
            print(f"        {problem}")
    print(f"{killed} passed, {survived} failed")
    return 1 if survived or not killed else 0


if __name__ == "__main__":
    sys.exit(main())
