"""A short form of fleet.py: four Envoys whose policy changes under load, and everything that can happen to one of them."""

import unittest

import fleet


class Fleet(unittest.TestCase):
    def test_a_few_changes(self):
        self.assertEqual(fleet.run(10), [])
