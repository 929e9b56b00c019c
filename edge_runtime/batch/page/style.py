"""The look of the summary page, on screen in light and dark, and on paper."""

STYLE = """
:root { --ink: #1b2430; --soft: #5b6777; --paper: #fff; --line: #dde3ea; --mark: #0b6e8a;
        --warn: #b3541e; --tile: #f4f7fa; color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6ebf1; --soft: #9aa7b6; --paper: #10161d; --line: #2a3541; --mark: #4fb3d0;
          --warn: #e59866; --tile: #18212b; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
       margin: 0; }
main { max-width: 1080px; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.6rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .4rem; }
p { margin: .3rem 0; color: var(--soft); }
.use { color: var(--warn); font-weight: 600; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(210px, 1fr)); gap: .6rem;
         margin-top: 1rem; }
.tiles div { background: var(--tile); border-radius: 8px; padding: .7rem .9rem; }
.tiles b { display: block; font-size: 1.5rem; line-height: 1.2; }
.tiles span { display: block; } .tiles small, figure small { color: var(--soft); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .7rem .25rem 0; border-bottom: 1px solid var(--line);
         overflow-wrap: anywhere; vertical-align: top; }
th { color: var(--soft); font-weight: 500; } td.n { white-space: nowrap; }
.wide { overflow-x: auto; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(240px, 1fr)); gap: 1.2rem; }
figure { margin: 0; } figcaption { font-weight: 600; overflow-wrap: anywhere; }
figure small { display: block; line-height: 1.35; }
svg { width: 100%; display: block; fill: var(--mark); } svg.bar { height: 8px; min-width: 90px;
      margin-top: .5rem; } svg .whole { fill: var(--line); }
svg text { fill: var(--soft); font-size: 12px; } svg .right { text-anchor: end; }
svg .axis { stroke: var(--line); } svg .threshold { stroke: var(--warn); stroke-width: 2; }
footer { margin-top: 2.5rem; color: var(--warn); font-weight: 600; }
@media print { main { padding: 0; max-width: none; } section { break-inside: avoid; } }
"""
