// The anchor of a heading is the one that a repository browser makes, so that a link works in both.
// tests/repository/test_links.py checks the links with the same rule.
export const headingAnchor = (heading) => heading.toLowerCase().replace(/[^\p{L}\p{N}_\- ]/gu, '').replaceAll(' ', '-')
