"""The style sheet of a page, light and dark as the reader's system is, light on paper."""

from sipbreakout_tui.report.inline_svg import DARK_COLORS, LIGHT_COLORS

STYLE = (
    f":root{{{LIGHT_COLORS}color-scheme:light dark}}"
    f"@media (prefers-color-scheme:dark){{:root{{{DARK_COLORS}}}}}"
    f"@media print{{:root{{{LIGHT_COLORS}}}}}"
    """
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,"DejaVu Sans",sans-serif}
header,main,footer{max-width:1480px;margin:0 auto;padding:0 28px}
header{padding-top:30px}
h1{font-size:26px;line-height:1.25;margin:0 0 6px}
h2{font-size:19px;margin:0 0 12px}
h3{font-size:15px;margin:26px 0 8px}
header p,.when,.left{color:var(--muted);margin:0 0 8px}
a{color:var(--leg)}
code,pre{font:13px/1.45 ui-monospace,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
section{margin:26px 0}
.summary{display:flex;flex-wrap:wrap;gap:18px}
.summary>div{flex:1 1 240px;background:var(--panel);border:1px solid var(--rule);border-radius:10px;padding:16px 18px}
.summary h2{font-size:15px}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th{text-align:left;font-weight:600;font-size:13px;color:var(--muted);padding:4px 12px 6px 0;white-space:nowrap}
td{padding:6px 12px 6px 0;border-top:1px solid var(--rule);vertical-align:top;white-space:nowrap}
td:last-child{white-space:normal}
.counts td:last-child,.counts th:last-child{text-align:right;padding-right:0}
.call{border-top:3px solid var(--rule);padding-top:24px;margin-top:40px}
.call h2 a{text-decoration:none;margin-right:8px}
.verdict{font-size:17px;margin:0 0 12px}
.fix{border-left:4px solid var(--good);background:var(--panel);padding:10px 14px;margin:0 0 14px;
border-radius:0 8px 8px 0}
.masked{border-left:4px solid var(--tas);background:var(--panel);padding:10px 14px;border-radius:0 8px 8px 0}
.badge{display:inline-block;font-size:12.5px;font-weight:600;line-height:1;padding:5px 9px;border-radius:11px;
border:1px solid;white-space:nowrap;vertical-align:2px}
.trouble{background:var(--loop);border-color:var(--loop);color:var(--on-fill)}
.notable{color:var(--tas)}
.fine{color:var(--good)}
.confidence{color:var(--muted)}
figure{margin:0;overflow-x:auto}
figcaption{color:var(--muted);font-size:13px}
svg{display:block;max-width:100%;min-width:760px;height:auto}
svg *{stroke-linejoin:round;stroke-linecap:butt}
svg text{font-family:"DejaVu Sans",Verdana,sans-serif}
.legs .handle td{border-top:0;padding-top:0;white-space:normal}
.missing td{color:var(--muted);border-top-style:dashed}
dl{display:flex;flex-wrap:wrap;gap:4px 22px;margin:0 0 6px;font-size:13px}
dl div{display:flex;gap:6px;min-width:0}
dt{color:var(--muted);white-space:nowrap}
dd{margin:0;min-width:0;overflow-wrap:anywhere}
ul{margin:0;padding-left:20px}
.problems{color:var(--loop);margin:8px 0}
details{border:1px solid var(--rule);border-radius:8px;margin:8px 0;padding:0 14px}
summary{cursor:pointer;padding:9px 0}
pre{background:var(--panel);border-radius:6px;padding:12px 14px;margin:0 0 14px;overflow-x:auto;white-space:pre-wrap}
footer{color:var(--muted);padding-top:26px;padding-bottom:34px;font-size:13px}
@media print{body{font-size:11px}header,main,footer{max-width:none;padding:0}.call{break-before:page}
tbody,.fix,figure,.summary>div{break-inside:avoid}svg{min-width:0}.wide,figure{overflow:visible}}
@media print{details::details-content{content-visibility:visible;display:block}}
"""
)
