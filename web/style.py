"""The style sheet of the pages, and the policy that lets a browser load nothing but it."""

import base64
import hashlib

STYLE = """
:root { color-scheme: light dark; --ink: #1c2024; --dim: #646b73; --line: #dfe3e8; --paper: #fff; --tint: #f5f7f9;
  --good: #18794e; --warn: #96500a; --bad: #c0212f; --link: #0b5cad; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8ea; --dim: #9aa2ab; --line: #33383e; --paper: #16191c;
  --tint: #1e2226; --good: #4cc38a; --warn: #f0a04b; --bad: #ff7b81; --link: #7ab6f5; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.25rem 1rem 3rem; color: var(--ink); background: var(--paper);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", "PingFang SC", "Microsoft YaHei",
  "Noto Sans CJK SC", "Source Han Sans SC", sans-serif; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
.state { font-weight: 600; } .dim { color: var(--dim); }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
.reasons { margin: .75rem 0 0; padding: .6rem 1rem .6rem 2rem; border-left: 4px solid var(--bad);
  background: var(--tint); }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr)); gap: .6rem; margin: 1rem 0 0; }
dl div { background: var(--tint); border: 1px solid var(--line); border-radius: 6px; padding: .5rem .75rem; }
dt { color: var(--dim); font-size: .85rem; } dd { margin: 0; font-size: 1.15rem; font-variant-numeric: tabular-nums; }
dd small { display: block; font-size: .8rem; color: var(--dim); }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--dim); font-weight: 500; white-space: nowrap; } td { overflow-wrap: anywhere; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; overflow-wrap: normal; }
.k { white-space: nowrap; overflow-wrap: normal; } .t { min-width: 14rem; width: 99%; }
code { font-size: .9em; background: var(--tint); padding: 0 .25em; border-radius: 3px; }
footer { margin-top: 2.5rem; color: var(--dim); font-size: .9rem; } footer a { margin-right: 1rem; }
"""

_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

#: Of a page: no script, nothing from elsewhere, only this style sheet and an empty icon.
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; img-src data:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
