"""The look of the evaluation's pages: one style sheet, inside the page, that also prints well."""

STYLE = """
:root { --ink: #22262b; --soft: #5b626b; --line: #d9dde2; --blue: #1f5fa8; --orange: #c45a11;
  --wash: #f5f7f9; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: #fff; line-height: 1.5;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: .2rem 0 .4rem; }
h2 { font-size: 1.35rem; margin: 2.6rem 0 .4rem; padding-top: .6rem;
  border-top: 2px solid var(--ink); }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
p, li { max-width: 46rem; }
nav a { margin-right: 1rem; white-space: nowrap; }
a { color: var(--blue); }
.use { font-weight: 600; }
.soft, figcaption, .unit { color: var(--soft); font-size: .85rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .6rem 0 1rem; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .7rem .4rem 0;
  border-bottom: 1px solid var(--line); }
thead th { font-weight: 600; color: var(--soft); border-bottom: 1.5px solid var(--ink);
  white-space: nowrap; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.value { font-weight: 650; font-size: 1.02rem; }
tbody tr:hover { background: var(--wash); }
td.graphic { width: 190px; min-width: 190px; padding-top: .55rem; }
code { font-size: .85em; overflow-wrap: anywhere; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: .8rem;
  margin: 1rem 0; }
.card { border: 1px solid var(--line); border-radius: 6px; padding: .7rem .9rem .8rem; }
.card .title { font-size: .95rem; font-weight: 600; line-height: 1.3; margin-bottom: .3rem; }
.of-set { padding: .25rem 0; }
.card .big { font-size: 1.5rem; font-weight: 650; font-variant-numeric: tabular-nums; }
.card .soft { line-height: 1.35; margin-top: .2rem; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(20.5rem, 1fr)); gap: 1.2rem;
  margin: 1rem 0; }
.plots figure { margin: 0; border: 1px solid var(--line); border-radius: 6px;
  padding: .7rem .7rem .5rem; break-inside: avoid; }
.plots svg { width: 100%; height: auto; display: block; }
.plots .title { font-weight: 600; font-size: .95rem; }
.cases { display: grid; grid-template-columns: repeat(auto-fill, minmax(22rem, 1fr)); gap: 1rem; }
.cases figure { margin: 0; break-inside: avoid; }
.cases img { width: 100%; height: auto; display: block; background: #000; border-radius: 4px; }
.warn { border-left: 4px solid var(--orange); padding: .5rem .9rem; background: #fdf6f0;
  max-width: 46rem; }
dl { max-width: 52rem; }
dt { font-weight: 600; margin-top: .7rem; }
dd { margin: 0 0 0 1rem; }
@media print { main { max-width: none; padding: 0; } h2 { break-after: avoid; }
  body { font-size: 11px; } nav { display: none; } }
"""
