"""Hostile text that every output must survive."""

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", '=HYPERLINK("x")']
HEADER_INJECTIONS = [
    "Anna\r\nBcc: victim@evil.example",
    "Anna\nX: y",
    "Anna\x00",
    "=?utf-8?q?Anna=0D=0ABcc:_victim=40evil.example?=",
    "Anna\u2028Bcc: x",
]
MARKUP = [
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "{% for x in y %}",
    '"><img src=x onerror=alert(1)>',
]
MENTIONS = ["<!channel>", "<@U123>", "@here", "<https://evil.example|click>", "*bold* _it_ `x`"]
SQL = "'; drop table invoices; --"
PATHS = ["../../etc/passwd", "/etc/passwd", "..\\..\\x", "con", "a\x00b", "."]
ALL = [*FORMULAS, *HEADER_INJECTIONS, *MARKUP, *MENTIONS, SQL, *PATHS, "\u202egpj.exe", "é" * 5000]
