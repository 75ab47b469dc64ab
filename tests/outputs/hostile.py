"""Texts that try to break out of wherever they are put."""

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("https://evil.example")',
    "[bold red]shout[/bold red]",
    "{{ 7 * 7 }} {% raw %}",
    "a\x00b\x1b[31m\u202ec]]>",
    "' style='background:url(https://evil.example/x)",
    "x" * 300,
)
