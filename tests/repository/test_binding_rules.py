"""Tests of the check of the bindings: in each language, it must find each kind of rule, and nothing else."""

import unittest

import binding_rules
from binding_rules import Allowed, Finding

# One of each kind in each language, and further forms of it.
PLANTED = {
    "a response header": {
        ".rs": ['let name = c"vary";', 'let name = b"Vary\\0";', "set(HeaderName::AllowOrigin);", "name(stringify!(vary))", 'r#"Vary: Origin"#'],
        ".c": ['set(r, "access-control-allow-origin");', 'char line[] = "Vary: Origin";', 'f("Access-Control-Allow-" "Origin")'],
        ".js": ["res.setHeader('Access-Control-Allow-Origin', x)", "name.startsWith(`access-control-allow-`)", "set('va' + 'ry')"],
        ".py": ["headers['vary'] = x", "b'va' b'ry'", '"-".join(["access-control", "max-age"])', "'\\x76ary'"],
    },
    "a reason": {
        ".rs": ['if reason.as_str() == "origin-not-allowed" {}', "Reason::AnyOrigin => {}", "matches!(it, Reason::NoOrigin\n | Reason::AnyOrigin)"],
        ".c": ["if (decision->reason == CORSAC_REASON_WRITE_REFUSED) return;", "switch (decision->reason) {", "if (d.reason != before) return;"],
        ".js": ["reason === 'any-origin'", "new Set([`no-origin`])", "if (reason !== before) return", "switch (answer.reason) {"],
        ".py": ["if decision.reason in {x}: ...", 'reason == "path-ambiguous"', "match decision.reason:", "'path' '-ambiguous'"],
    },
    "a method": {
        ".rs": ['if method == b"OPTIONS" {', "match request.method {", "method == Method::GET", "method.eq_ignore_ascii_case(x)"],
        ".c": ["if (r->method & NGX_HTTP_OPTIONS) return;", "if (r->method_number == M_OPTIONS)", 'strcmp(r->method, "x")', 'f("GET")'],
        ".js": ["request.method === 'OPTIONS'", 'x = "HEAD"', "/^(GET|HEAD)$/.test(x)", "`POST, PUT`", "method.toLowerCase()", "'OP' + 'TIONS'"],
        ".py": ["if method in safe: ...", "HTTPMethod.OPTIONS", "scope['method'] == 'PATCH'", "method.upper()"],
    },
    "a status": {
        ".rs": ["const X: u16 = 403;", "403_u16", "StatusCode::FORBIDDEN", "if status >= 200 {}"],
        ".c": ["r->status = HTTP_FORBIDDEN;", "return NGX_HTTP_NO_CONTENT;", "if (r->status != x) {}", "return 0x193;"],
        ".js": ["res.statusCode = 204", "if (response.status === 0) return", "status < 400"],
        ".py": ["status = 204", "HTTPStatus.FORBIDDEN", "if response.status_code == x: ..."],
    },
    "a default or a bound": {
        ".rs": ["let max_age = 600;", "const MOST: usize = 8 * 1024;", "x > 86_400", "8192usize"],
        ".c": ["enum { LONGEST = 512 };", "seconds = 86400UL;"],
        ".js": ["maxAge ?? 600", "const MOST = 8192", "8 << 10"],
        ".py": ["max_age = 600", "LONGEST = 8_192"],
    },
    "an origin or a scheme": {
        ".rs": ['if origin == "null" {', 'origin.starts_with("https://")', "match request.origin {"],
        ".c": ['if (!strncmp(x, "https://", 8)) {}', "ngx_memcmp(origin->ptr, x, n)", 'char c[] = "http:/" "/";'],
        ".js": ["origin.endsWith(suffix)", "/^https:/i.test(url)", "protocol === 'https'", "if (origin === allowed) go()"],
        ".py": ["origin in allowed", "origin.startswith(x)", "scheme == 'https'", "re.fullmatch('https://.*', x)"],
    },
    "a wildcard": {
        ".rs": ['if x == "*" {', 'c"*"'],
        ".c": ['strcmp(x, "*")', "if (*x == '*') {}"],
        ".js": ["names.has('*')", "x === `*`"],
        ".py": ["'*' in names", 'b"*"'],
    },
    "a setting's name": {
        ".rs": ['config.get("allow_methods")', 'text = r#"{"allow_origins": []}"#'],
        ".c": ['char text[] = "{\\"allow_origins\\": []}";'],
        ".js": ["options['maxAge']", "'expose' + '_' + 'headers'"],
        ".py": ["config['allow_credentials']", "'allow_' 'headers'"],
    },
    "a rule of protection": {
        ".rs": ['site == b"same-origin"', 'upgrade.eq("websocket")'],
        ".c": ['strcmp(site, "cross-site")'],
        ".js": ["site === 'same-site'"],
        ".py": ["site == 'same-origin'"],
    },
}
# Comments before and after must not change the line of a finding.
AROUND = {".rs": ("/* some\nlines */", "// an end"), ".c": ("/* some\nlines */", ""), ".js": ("// a\n// b", "/* an end */"), ".py": ("# a\n# b", "# an end")}


class BindingRules(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.names = binding_rules.names_of_core()

    def found(self, text, suffix):
        return binding_rules.findings(text, suffix, self.names)

    def test_finds_each_kind_in_each_language(self):
        kinds = {rule.what for rule in binding_rules.rules(self.names)} | {"a default or a bound"}
        self.assertEqual(set(PLANTED), kinds)
        for what, languages in PLANTED.items():
            self.assertEqual(set(languages), set(AROUND), what)
            for suffix, planted in languages.items():
                for text in planted:
                    before, after = AROUND[suffix]
                    found = self.found(f"{before}\n{text}\n{after}\n", suffix)
                    self.assertIn((3, what), [(finding.line, finding.what) for finding in found], f"{suffix}: {text}")

    def test_knows_every_name_of_core(self):
        self.assertIn("path-ambiguous", self.names.reasons)
        self.assertIn("WebsocketRefused", self.names.variants)
        self.assertIn("access-control-allow-origin", self.names.headers)
        self.assertLessEqual({"trusted_origins", "trustedOrigins", "options_success_status"}, set(self.names.settings))
        self.assertLessEqual({512, 8192, 86400, 10_000_000}, self.names.bounds)

    def test_leaves_the_rest_alone(self):
        for text, suffix in [
            ('// sets access-control-allow-origin with "vary", reason == "no-origin"', ".rs"),
            ('/// `GET` is "GET"\n#[doc = "OPTIONS"]', ".rs"),
            ("fn f<'a>(x: &'a str) -> &'a [u8] { b'*'; x }".replace("b'*'", "b'+'"), ".rs"),
            ("if reported != CORSAC_REASON_NONE { x(Reason::ALL, HeaderName::ALL) }", ".rs"),
            ("if (ctx->reason == CORSAC_REASON_NONE) return;", ".c"),
            ("corsac_status status = f(); if (status != CORSAC_OK) return;", ".c"),
            ("open(path, 0600, 0xff, 1.5);", ".c"),
            ("/* 204 */ #include <http_request.h>", ".c"),
            ("req.headers.origin; headers['access-control-request-method']", ".js"),
            ("if (origin === undefined || reason !== null || typeof method !== 'string') f(2048)", ".js"),
            ("`${a === null ? 'none' : `<${b}>`}`; // 'OPTIONS'", ".js"),
            ("x.replace(/[/'\"]/g, ''); y = 1 / 2 / 3", ".js"),
            ('def f():\n    """A preflight is answered with 204, "OPTIONS"."""\n', ".py"),
            ("preflight_status: Literal[200, 204]", ".py"),
            ("x = '# no comment'; index = 2048", ".py"),
        ]:
            self.assertEqual(self.found(text, suffix), [], text)

    def test_a_comment_does_not_hide_what_follows_in_a_text(self):
        for text, suffix in [
            ('x = "nobody://nobody"; y = "vary";', ".c"),
            ("x = '// no comment'; y = 'vary'", ".js"),
            ("x = `${f('`')} // no comment`; y = 'vary'", ".js"),
            ("x = '# no comment'; y = 'vary'", ".py"),
        ]:
            self.assertIn("a response header", [finding.what for finding in self.found(text, suffix)], text)

    def test_bindings_have_no_rules(self):
        """The findings are printed."""
        self.assertEqual(binding_rules.main(), 0)

    def test_reads_every_binding(self):
        suffixes = {}
        for path in binding_rules.sources():
            suffixes.setdefault(path.relative_to(binding_rules.ROOT).parts[0], set()).add(path.suffix)
        expected = {
            "bindings-c": {".c", ".h", ".rs"},
            "bindings-node": {".js", ".mjs", ".rs"},
            "bindings-python": {".py", ".rs"},
            "bindings-tower": {".rs"},
            "bindings-wasm": {".rs"},
        }
        self.assertEqual(suffixes, expected)


class AllowList(unittest.TestCase):
    REASON = "httpd keeps the type outside its table of headers."
    FOUND = [("a.c", Finding(7, "a response header", 'if (strcmp(name, "content-type") == 0)'))]

    def test_an_entry_covers_its_rule_in_its_lines_alone(self):
        for entry, covers in [
            (Allowed("a.c", "a response header", '"content-type"', self.REASON), True),
            (Allowed("b.c", "a response header", '"content-type"', self.REASON), False),
            (Allowed("a.c", "a status", '"content-type"', self.REASON), False),
            (Allowed("a.c", "a response header", '"vary"', self.REASON), False),
        ]:
            left, stale = binding_rules.judge(self.FOUND, [entry])
            self.assertEqual((left, stale), ([], []) if covers else (self.FOUND, [entry]), entry)

    def test_an_entry_without_a_reason_is_an_error(self):
        for code, reason in [("x", ""), ("x", "needed"), ("x", "because it is needed by the server"), ("", self.REASON)]:
            entry = f'[[allowed]]\nfile = "a.c"\nrule = "a status"\ncode = "{code}"\nreason = "{reason}"\n'
            with self.assertRaises(SystemExit):
                binding_rules.allowed(entry)


if __name__ == "__main__":
    unittest.main()
