"""The home page: docs/README.md, in a layout of its own."""

FRONT_MATTER = """\
---
title: corsac
titleTemplate: CORS headers that browsers accept
sidebar: false
aside: false
prev: false
next: false
pageClass: home
---

"""


def page(text):
    return FRONT_MATTER + text
