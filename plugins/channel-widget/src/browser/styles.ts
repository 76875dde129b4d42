/** The look, in a shadow root: the site's styles do not reach in, ours do not reach out. Colours are custom properties that `kwcolor` sets. */
export const styles = `
:host { all: initial; --bg: #4650d6; --ink: #fff; --surface: #fff; --raised: #f5f6fa; --text: #191b26; --muted: #5b6075; --line: #e3e5ee;
  --danger: #b3261e; --notice: #fff4d9; --notice-ink: #5a4100; --shadow: 0 2px 6px rgb(18 22 50 / 0.08), 0 16px 48px rgb(18 22 50 / 0.2);
  font: 15px/22px Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif; color: var(--text); }
:host([data-theme='dark']) { --surface: #191c26; --raised: #11131b; --text: #eceef5; --muted: #a5abc0; --line: #2e3342; --danger: #ffb4ab; --notice: #3a2f12;
  --notice-ink: #ffe1a1; --shadow: 0 2px 6px rgb(0 0 0 / 0.4), 0 16px 48px rgb(0 0 0 / 0.55); }
* { box-sizing: border-box; }
button { font: inherit; color: inherit; cursor: pointer; }
svg { flex: none; }
:focus-visible { outline: 2px solid color-mix(in srgb, var(--bg) 70%, var(--text)); outline-offset: 2px; }
.launcher { position: fixed; inset-block-end: 20px; inset-inline-end: 20px; z-index: 2147483000; min-width: 60px; height: 60px; padding: 0 20px; border: 0; border-radius: 30px;
  background: var(--bg); color: var(--ink); box-shadow: var(--shadow); display: flex; align-items: center; justify-content: center; gap: 10px; font-weight: 600; transition: transform 140ms, filter 140ms; }
.launcher:hover { transform: translateY(-2px); filter: brightness(1.06); }
.launcher svg { width: 26px; height: 26px; }
.left .launcher, .left .panel { inset-inline: 20px auto; }
.count { position: absolute; inset-block-start: -3px; inset-inline-end: -3px; min-width: 22px; height: 22px; padding: 0 6px; border: 2px solid var(--surface); border-radius: 11px; background: #c62828;
  color: #fff; font-size: 12px; line-height: 18px; text-align: center; }
.panel { position: fixed; inset-block-end: 20px; inset-inline-end: 20px; z-index: 2147483000; width: 400px; height: min(680px, calc(100dvh - 40px)); display: flex; flex-direction: column;
  background: var(--surface); border-radius: 20px; overflow: hidden; box-shadow: var(--shadow); border: 1px solid var(--line); animation: rise 160ms ease-out; transform-origin: bottom right; }
.inline .panel { position: static; width: 100%; height: 100%; min-height: 420px; box-shadow: none; animation: none; }
.inline .launcher, .inline .closer, [hidden] { display: none !important; }
header { display: flex; align-items: center; gap: 12px; padding: 14px 10px 14px 16px; background: var(--bg); color: var(--ink); }
header div { flex: 1; min-width: 0; }
header h2 { margin: 0; font-weight: 650; font-size: 16px; line-height: 22px; overflow-wrap: anywhere; }
header p { margin: 0; font-size: 13px; line-height: 18px; }
header :focus-visible { outline-color: var(--ink); outline-offset: -3px; }
.badge { display: grid; place-items: center; width: 40px; height: 40px; border-radius: 50%; background: color-mix(in srgb, var(--ink) 16%, transparent); }
.icon { width: 40px; height: 40px; flex: none; display: inline-flex; align-items: center; justify-content: center; border: 0; border-radius: 12px; background: transparent; transition: background 120ms; }
.icon:hover { background: rgb(127 127 127 / 0.16); }
.icon:disabled { opacity: 0.45; cursor: default; background: transparent; }
.bar { padding: 8px 16px; font-size: 13px; line-height: 18px; background: var(--notice); color: var(--notice-ink); }
.log { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 8px 14px 12px; display: flex; flex-direction: column; gap: 3px; background: var(--raised); scrollbar-width: thin; }
.log:focus-visible { outline-offset: -2px; }
.log > .dots { margin: auto; color: var(--muted); }
.log > :not(.dots):first-child { margin-block-start: auto; }
.earlier { align-self: center; min-height: 32px; margin-block: 8px; border: 1px solid var(--line); background: var(--surface); border-radius: 16px; padding: 4px 14px; font-size: 13px; }
.row { max-width: 86%; align-self: flex-start; display: flex; flex-direction: column; align-items: flex-start; gap: 3px; }
.row.mine { align-self: flex-end; align-items: flex-end; }
.row.first { margin-block-start: 10px; }
.who, .meta, .line, .day { font-size: 12px; line-height: 16px; color: var(--muted); }
.who, .meta { padding-inline: 4px; }
.row:not(.first) > .who, .row:not(.last) > time { display: none; }
.bubble { padding: 9px 14px; border-radius: 18px; background: var(--surface); border: 1px solid var(--line); overflow-wrap: anywhere; white-space: pre-wrap; }
.row:not(.mine) .bubble { border-start-start-radius: 6px; } .row:not(.mine).first .bubble { border-start-start-radius: 18px; } .row:not(.mine) .bubble { border-end-start-radius: 6px; }
.mine .bubble { background: var(--bg); color: var(--ink); border-color: transparent; border-end-end-radius: 6px; }
.mine:not(.first) .bubble { border-start-end-radius: 6px; }
.bubble a { color: inherit; }
.bubble p { margin: 0 0 6px; } .bubble p:last-child { margin: 0; }
.bubble img, .bubble video { display: block; max-width: 100%; max-height: 240px; border-radius: 10px; margin-block: 3px; }
.bubble audio { max-width: 240px; }
.file { display: flex; align-items: center; gap: 10px; min-height: 36px; line-height: 18px; }
a.file { text-decoration: none; } a.file:hover span { text-decoration: underline; }
.file small { display: block; font-size: 12px; line-height: 16px; opacity: 0.8; }
.file + span:not(.progress) { display: block; margin-block-start: 4px; }
.progress { display: block; height: 3px; margin-block: 6px 2px; border-radius: 2px; background: linear-gradient(90deg, transparent, currentColor, transparent) 0 / 40% 100% no-repeat,
  color-mix(in srgb, currentColor 25%, transparent); animation: run 1.4s linear infinite; }
.sticker { font-size: 40px; line-height: 48px; }
.line, .day { align-self: center; margin-block: 10px 6px; text-align: center; }
.day { padding: 2px 10px; border-radius: 10px; background: color-mix(in srgb, var(--text) 7%, transparent); }
.meta button { border: 0; background: none; padding: 0; text-decoration: underline; min-height: 24px; }
.problem { display: flex; flex-wrap: wrap; justify-content: flex-end; align-items: baseline; column-gap: 10px; color: var(--danger); }
.buttons { display: flex; flex-direction: column; gap: 6px; margin-block: 3px 2px; max-width: 100%; }
.buttons div { display: flex; flex-wrap: wrap; gap: 6px; }
.buttons button:not(.icon), .buttons a { flex: 1 1 auto; min-height: 38px; padding: 7px 14px; border: 1px solid color-mix(in srgb, var(--bg) 55%, var(--line)); border-radius: 19px; background: var(--surface);
  color: var(--text); text-align: center; text-decoration: none; font-size: 14px; font-weight: 550; transition: background 120ms; }
.buttons button:not(.icon):hover:enabled, .buttons a:hover { background: color-mix(in srgb, var(--bg) 12%, var(--surface)); }
.buttons button:disabled { border-color: var(--line); color: var(--muted); cursor: default; font-weight: 450; }
.phone { display: flex; gap: 6px; padding: 4px; border: 1px solid var(--line); border-radius: 16px; background: var(--surface); }
.phone input { flex: 1; min-width: 0; padding: 8px 10px; border: 0; background: none; color: inherit; font: inherit; outline: none; }
.activity { padding: 0 18px; height: 24px; font-size: 12px; line-height: 20px; color: var(--muted); background: var(--raised); display: flex; align-items: center; gap: 8px; }
.activity:empty { height: 0; }
.dots { display: inline-flex; gap: 3px; } .dots i { width: 6px; height: 6px; border-radius: 3px; background: currentColor; animation: blink 1.2s infinite; }
.dots i:nth-child(2) { animation-delay: 0.2s; } .dots i:nth-child(3) { animation-delay: 0.4s; }
@keyframes blink { 0%, 60%, 100% { opacity: 0.25; } 30% { opacity: 1; } }
@keyframes run { from { background-position: -70% 0, 0 0; } to { background-position: 170% 0, 0 0; } }
@keyframes rise { from { opacity: 0; transform: translateY(8px) scale(0.98); } }
@keyframes appear { from { opacity: 0; transform: translateY(4px); } }
.row.new { animation: appear 140ms ease-out; }
.composer { padding: 10px 12px 12px; background: var(--surface); border-block-start: 1px solid var(--line); }
.field { display: flex; align-items: flex-end; gap: 2px; padding: 3px; border: 1px solid var(--line); border-radius: 24px; background: var(--raised); transition: border-color 120ms; }
.field:focus-within { border-color: color-mix(in srgb, var(--bg) 70%, var(--text)); }
.field .icon { border-radius: 50%; color: var(--muted); }
.field textarea { flex: 1; min-width: 0; resize: none; border: 0; background: transparent; color: inherit; font: inherit; line-height: 20px; padding: 10px 6px 10px 8px; max-height: 130px; outline: none; }
textarea::placeholder, input::placeholder { color: var(--muted); opacity: 1; }
.field .send, .phone .send { border-radius: 50%; background: var(--bg); color: var(--ink); } .send:hover:enabled { filter: brightness(1.08); }
.field .send:disabled { background: color-mix(in srgb, var(--text) 12%, transparent); color: var(--muted); cursor: default; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 480px) { div:not(.inline) > .panel { inset: 0; width: 100%; height: 100dvh; border-radius: 0; border: 0; } .field textarea { font-size: 16px; } }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
`
