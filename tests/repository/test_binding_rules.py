"""The check of the bindings is itself checked: it must find what it is there to find."""

import unittest

import binding_rules


class DoorRules(unittest.TestCase):
    def found(self, text, suffix=".rs"):
        return [what for _, what, _ in binding_rules.findings(text, suffix, binding_rules.response_headers())]

    def test_finds_rules(self):
        for text, suffix in [
            ('res.setHeader("Access-Control-Allow-Origin", origin)', ".js"),
            ("headers['vary'] = 'Origin'", ".py"),
            ("if origin == \"null\" {", ".rs"),
            ("status = 204", ".py"),
            ("maxAge ?? 600", ".js"),
            ("origin.startswith('https://')", ".py"),
            ("if method == \"POST\"", ".rs"),
            ("config['allow_credentials']", ".py"),
            ('let name = c"vary";', ".rs"),
        ]:
            self.assertTrue(self.found(text, suffix), text)

    def test_reads_past_comments(self):
        for text, suffix in [
            ("// a line\n/* some\nlines */\nconst X: u16 = 403; // why", ".rs"),
            ("# a line\nstatus = 204\n", ".py"),
            ('"""Doc."""\nstatus = 204  # why\n', ".py"),
            ("// a line\nres.statusCode = 204\n", ".js"),
        ]:
            self.assertEqual(len(self.found(text, suffix)), 1, text)

    def test_leaves_the_rest_alone(self):
        for text, suffix in [
            ("// sets access-control-allow-origin with \"vary\"", ".rs"),
            ('"""A preflight is answered with 204."""', ".py"),
            ("req.headers.origin", ".js"),
            ("headers['access-control-request-method']", ".js"),
            ("let index = 2048;", ".rs"),
        ]:
            self.assertEqual(self.found(text, suffix), [], text)

    def test_reads_every_door(self):
        bindings = {path.relative_to(binding_rules.ROOT).parts[0] for path in binding_rules.sources()}
        self.assertEqual(bindings, {"bindings-c", "bindings-node", "bindings-python"})


if __name__ == "__main__":
    unittest.main()
