/**
 * The style sheet of the report, whole. The page's policy names its hash (policy.ts): no other style applies, so that
 * nothing from the network can restyle a report.
 */
export const STYLE = `
:root{color-scheme:light dark;
--bg:#f4f6f8;--surface:#fff;--sunken:#eef1f4;--line:#d8dde4;--control:#858f9c;--ink:#16202c;--ink2:#465262;--ink3:#5b6776;
--accent:#0b56a8;--on-fill:#fff;
--ok:#00664a;--ok-fill:#12936c;--ok-soft:#e1f3ec;--ok-line:#9ed5c0;
--bad:#a33100;--bad-fill:#d55e00;--bad-soft:#fdece2;--bad-line:#f1b792;
--warn:#7a5200;--warn-fill:#b57a00;--warn-soft:#fff3d4;--warn-line:#e6c878;
--idle:#465262;--idle-fill:#a9b3bf;--idle-soft:#eef1f4;--idle-line:#cbd2da;
--sans:Inter,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
--mono:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
@media screen and (prefers-color-scheme:dark){:root{
--bg:#0f141a;--surface:#171e26;--sunken:#1f2832;--line:#2e3946;--control:#6f7c8c;--ink:#e8edf3;--ink2:#b5c0cd;--ink3:#98a5b4;
--accent:#8bbef8;--on-fill:#0f141a;
--ok:#56d3aa;--ok-fill:#27a880;--ok-soft:#112c24;--ok-line:#22604b;
--bad:#ff9f6b;--bad-fill:#ee7426;--bad-soft:#35200f;--bad-line:#7a4420;
--warn:#f0c352;--warn-fill:#dba013;--warn-soft:#2f260d;--warn-line:#6b571a;
--idle:#b5c0cd;--idle-fill:#5d6978;--idle-soft:#1f2832;--idle-line:#3a4654}}
*{box-sizing:border-box}html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);font:400 14px/20px var(--sans);font-variant-numeric:tabular-nums}
h1,h2,h3,h4,p,ul,ol,dl,dd,figure{margin:0;padding:0}ul,ol{list-style:none}
svg{display:block}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:var(--surface);color:var(--accent);padding:8px;z-index:9}
.vh{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.page{max-width:1216px;margin:0 auto;padding:24px 32px 48px;display:grid;gap:24px}
.page>*{min-width:0}
.brand{display:flex;align-items:center;gap:10px;font-weight:650;font-size:17px;letter-spacing:-.01em}
.brand svg{width:24px;height:24px}.brand span{font-weight:400;font-size:13px;color:var(--ink3);margin-left:auto;letter-spacing:0}
.ok{color:var(--ok)}.bad{color:var(--bad)}.warn{color:var(--warn)}.idle{color:var(--idle)}
.i{width:16px;height:16px;flex:none}.i24{width:24px;height:24px}.i56{width:56px;height:56px}
.i.ok,.i56.ok{color:var(--ok-fill)}.i.bad,.i56.bad{color:var(--bad-fill)}.i.warn,.i56.warn{color:var(--warn-fill)}.i.idle,.i56.idle{color:var(--idle)}
.verdict{border-radius:12px;border:1px solid var(--line);padding:32px;display:grid;grid-template-columns:56px minmax(0,1fr);gap:24px}
.verdict.ok{background:var(--ok-soft);border-color:var(--ok-line)}.verdict.bad{background:var(--bad-soft);border-color:var(--bad-line)}
.verdict.warn{background:var(--warn-soft);border-color:var(--warn-line)}.verdict.idle{background:var(--idle-soft);border-color:var(--idle-line)}
.verdict{color:var(--ink)}.kicker{font-weight:620}
h1{font-size:34px;line-height:40px;font-weight:650;letter-spacing:-.022em;margin:4px 0 8px;text-wrap:balance;overflow-wrap:anywhere}
.lead{font-size:16px;line-height:24px;color:var(--ink2);max-width:80ch;text-wrap:pretty;overflow-wrap:anywhere}
.sec{margin:8px 0 -12px}
h2{font-size:18px;line-height:24px;font-weight:620;letter-spacing:-.01em}
h3{font-size:16px;line-height:22px;font-weight:620;overflow-wrap:anywhere}
h4{font-size:13px;line-height:18px;font-weight:600;color:var(--ink3)}
.card{background:var(--surface);border:1px solid var(--line);border-radius:10px;padding:24px}
.card>header{display:flex;flex-wrap:wrap;align-items:baseline;gap:4px 12px;margin-bottom:16px}
h3.small{font-size:13px;line-height:18px;font-weight:600;color:var(--ink3)}.muted{color:var(--ink3)}.end{margin-left:auto}
.finding{padding:0}.finding>header{display:grid;grid-template-columns:24px minmax(0,1fr);gap:2px 12px;padding:16px 24px;margin:0;align-items:center}
.finding>header>p{grid-column:2;display:flex;flex-wrap:wrap;gap:4px 10px;align-items:baseline;font-size:13px;line-height:18px;color:var(--ink3)}
.halves{display:grid;grid-template-columns:5fr 7fr;border-top:1px solid var(--line)}
.halves>div{padding:20px 24px;display:grid;gap:6px;align-content:start;min-width:0}.halves>div+div{border-left:1px solid var(--line)}
.text{max-width:72ch;overflow-wrap:anywhere}
.steps{display:grid;gap:12px;counter-reset:step;margin-top:4px}
.steps li{counter-increment:step;display:grid;grid-template-columns:24px minmax(0,1fr);gap:12px;align-items:start;overflow-wrap:anywhere}
.steps li::before{content:counter(step);width:24px;height:24px;border:1px solid var(--control);border-radius:50%;font-weight:600;font-size:13px;line-height:22px;text-align:center}
.steps li>span{padding-top:2px;max-width:76ch}
.tag,.mono{font-family:var(--mono);font-size:13px;line-height:18px}
.tag{font-weight:500;padding:2px 7px;border-radius:4px;background:var(--sunken);color:var(--ink);overflow-wrap:anywhere}
.proof{border-top:1px solid var(--line);padding:20px 24px}
.proof h4{margin-bottom:8px}
.group{background:var(--sunken);border-radius:6px;padding:12px;margin-top:8px;display:grid;gap:6px}
.group p{display:flex;flex-wrap:wrap;gap:2px 10px;align-items:center}
.group ol{display:grid;gap:2px;font-size:13px;line-height:18px;color:var(--ink2);overflow-wrap:anywhere}
.group .note,.notes{font-size:13px;line-height:18px;color:var(--ink3)}.notes{display:grid;gap:4px;margin-top:8px;max-width:120ch}
.st{display:inline-flex;gap:7px;align-items:center;font-weight:600;white-space:nowrap}
.ladder{width:100%;height:auto}
.ladder text,.way text{font:400 12px/1 var(--sans);fill:var(--ink2)}.ladder .m,.way .m{font:400 11.5px/1 var(--mono)}
.ladder .b,.way .b{font-weight:600;fill:var(--ink)}.ladder .q,.way .q{fill:var(--ink3)}
.ladder .band{fill:var(--sunken)}.ladder .life{stroke:var(--control);stroke-width:1}
.ladder .to,.ladder text.to{stroke:none;fill:var(--ink2)}.f-ok{fill:var(--ok-fill)}.f-bad{fill:var(--bad-fill)}.f-warn{fill:var(--warn-fill)}.f-idle{fill:var(--idle-fill)}
.t-ok{fill:var(--ok)!important}.t-bad{fill:var(--bad)!important}.t-warn{fill:var(--warn)!important}.t-idle{fill:var(--idle)!important}
.s-asked{stroke:var(--ink2);stroke-width:1.3}.s-arrived{stroke:var(--ok-fill);stroke-width:2}.s-lost{stroke:var(--bad-fill);stroke-width:1.6;stroke-dasharray:5 4}
.s-unknown{stroke:var(--idle);stroke-width:1.4;stroke-dasharray:2 4}
.h-asked{fill:var(--ink2)}.h-arrived{fill:var(--ok-fill)}
.cross{stroke:var(--on-fill);stroke-width:1.6;stroke-linecap:round;fill:none}
.ring{fill:var(--surface);stroke:var(--idle);stroke-width:1.6;stroke-dasharray:3 2.4}
.w-ok{stroke:var(--ok-fill);stroke-width:2.4}.w-bad{stroke:var(--bad-fill);stroke-width:2.4;stroke-dasharray:7 5}
.w-warn{stroke:var(--warn-fill);stroke-width:2.4;stroke-dasharray:7 5}.w-idle{stroke:var(--idle);stroke-width:2;stroke-dasharray:2 5}
.box{fill:var(--surface);stroke:var(--control);stroke-width:1.3}.cloud{fill:var(--sunken);stroke:var(--line);stroke-width:1.3}
.ways{display:grid;gap:8px;margin-top:16px}.ways li{display:grid;grid-template-columns:16px 72px minmax(0,1fr);gap:8px;align-items:start}
.ways .i{margin-top:2px}.ways b{font-weight:600}.way{width:100%;height:auto}
.places{display:none}
.legend{display:flex;flex-wrap:wrap;gap:8px 20px;font-size:13px;line-height:18px;color:var(--ink2);margin-left:auto}
.legend span{display:inline-flex;align-items:center;gap:7px}.legend svg{width:12px;height:12px}
.chips{display:flex;flex-wrap:wrap;gap:8px;margin-bottom:12px}
.chip{display:inline-flex;gap:8px;align-items:center;border:1px solid var(--line);border-radius:6px;padding:5px 10px;font-size:13px;line-height:18px}
.chip b{font-weight:600}
.cells{width:100%;height:auto;margin:6px 0 12px}.cells.narrow{display:none}
.cells text{fill:var(--ink3);font:400 11px var(--sans)}.cells.narrow text{font-size:18px}
.grid{fill:var(--surface)}.slash{stroke:var(--surface);stroke-width:1.7;fill:none}.hole{fill:var(--surface)}
.card table{width:100%;border-collapse:collapse}
th{font-weight:500;font-size:13px;line-height:18px;color:var(--ink3);text-align:left;padding:0 12px 8px 0;border-bottom:1px solid var(--line);white-space:nowrap;vertical-align:bottom}
td{padding:9px 12px 9px 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
tr:last-child>td{border-bottom:0}th.r,td.r{text-align:right;padding-right:24px}
.find{display:flex;flex-wrap:wrap;gap:4px 12px;align-items:center;margin-bottom:16px}
.find label{font-weight:600}.find input{font:400 14px/20px var(--sans);min-height:36px;padding:0 12px;border:1px solid var(--control);border-radius:6px;background:var(--surface);color:var(--ink);width:min(320px,100%)}
.find p{font-size:13px;line-height:18px;color:var(--ink3);flex-basis:100%}
.dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:8px 24px}.dl dt{color:var(--ink3)}.dl dd{overflow-wrap:anywhere}
footer{color:var(--ink3);font-size:13px;line-height:18px}
[hidden]{display:none!important}
@media (max-width:859px){.page{padding:16px 16px 32px;gap:16px}.verdict{grid-template-columns:minmax(0,1fr);gap:12px;padding:20px 16px}
.i56{width:40px;height:40px}h1{font-size:26px;line-height:32px}.lead{font-size:14px;line-height:20px}.card{padding:16px}.finding{padding:0}.finding>header{padding:14px 16px}
.halves{grid-template-columns:minmax(0,1fr)}.halves>div{padding:16px}.halves>div+div{border-left:0;border-top:1px solid var(--line)}
.proof{padding:16px}.way{display:none}.places{display:grid;gap:6px}.ways{margin-top:0}.cells.wide{display:none}.cells.narrow{display:block}
.legend{margin-left:0}.dl{grid-template-columns:minmax(0,1fr);gap:2px}.dl dd{margin-bottom:8px}
.ranges thead{display:none}.ranges tr{display:grid;grid-template-columns:auto minmax(0,1fr) auto;gap:0 8px;padding:8px 0;border-bottom:1px solid var(--line)}
.ranges td{border:0;padding:1px 0}.ranges td:nth-child(n+5){grid-column:1/-1;color:var(--ink3)}.ranges td:empty{display:none}
.servers thead{display:none}.servers td{display:block;border:0;padding:1px 0}.servers tr{display:block;padding:8px 0}.ways{margin-top:12px}}
@media screen and (max-width:859px){.ladder{display:none}.notes{display:none}}
@media screen and (min-width:860px){.groups{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}}
@media print{@page{size:A4;margin:14mm}body{background:#fff;font-size:10.5pt;line-height:14pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}
.page{max-width:none;padding:0;gap:16px}.find,.skip,.groups,#hits{display:none!important}.card,.verdict{break-inside:auto}.finding>header,h2,h3,h4,.sec{break-after:avoid}
.halves>div,.ladder,.verdict,.steps li,tr,.way{break-inside:avoid}.verdict{padding:20px}h1{font-size:20pt;line-height:24pt}
.cells.narrow{display:none}.cells.wide{display:block}.halves{grid-template-columns:5fr 7fr}.halves>div+div{border-top:0;border-left:1px solid var(--line)}}
`;
