/** The look, in a shadow root: the site's styles do not reach in, ours do not reach out. Colours are custom properties that `kwcolor` sets. */
export const styles = `
:host { all: initial; --bg: #4650d6; --ink: #fff; --surface: #fff; --raised: #f6f7fb; --text: #1b1d2a; --muted: #5a5f75; --line: #e2e4ee;
  --danger: #b3261e; --shadow: 0 12px 40px rgb(20 24 60 / 0.22); font: 14px/20px Inter, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; color: var(--text); }
:host([data-theme='dark']) { --surface: #171a25; --raised: #202433; --text: #eceef6; --muted: #a6acc2; --line: #333a50; --danger: #ffb4ab; --shadow: 0 12px 40px rgb(0 0 0 / 0.6); }
* { box-sizing: border-box; }
button { font: inherit; color: inherit; cursor: pointer; }
:focus-visible { outline: 3px solid color-mix(in srgb, var(--bg) 55%, #fff); outline-offset: 2px; }
.launcher { position: fixed; inset-block-end: 20px; inset-inline-end: 20px; z-index: 2147483000; min-width: 56px; height: 56px; padding: 0 16px; border: 0; border-radius: 28px;
  background: var(--bg); color: var(--ink); box-shadow: var(--shadow); display: flex; align-items: center; justify-content: center; gap: 8px; font-weight: 600; transition: transform 140ms; }
.launcher:hover { transform: translateY(-2px); }
.left .launcher, .left .panel { inset-inline: 20px auto; }
.count { position: absolute; inset-block-start: -4px; inset-inline-end: -4px; min-width: 22px; height: 22px; padding: 0 6px; border-radius: 11px; background: #d32f2f; color: #fff;
  font-size: 12px; line-height: 22px; text-align: center; }
.panel { position: fixed; inset-block-end: 20px; inset-inline-end: 20px; z-index: 2147483000; width: 384px; height: min(640px, calc(100dvh - 40px)); display: flex; flex-direction: column;
  background: var(--surface); border-radius: 16px; overflow: hidden; box-shadow: var(--shadow); border: 1px solid var(--line); }
.inline .panel { position: static; width: 100%; height: 100%; min-height: 420px; box-shadow: none; }
.inline .launcher, .inline .closer, [hidden] { display: none !important; }
header { display: flex; align-items: center; gap: 12px; padding: 14px 8px 14px 18px; background: var(--bg); color: var(--ink); }
header div { flex: 1; min-width: 0; }
header h2 { all: unset; display: block; font-weight: 650; font-size: 16px; line-height: 22px; overflow-wrap: anywhere; }
header p { margin: 0; font-size: 13px; line-height: 18px; }
.icon { width: 40px; height: 40px; flex: none; display: inline-flex; align-items: center; justify-content: center; border: 0; border-radius: 10px; background: transparent; }
.icon:hover { background: rgb(127 127 127 / 0.16); }
.bar { padding: 8px 16px; font-size: 13px; line-height: 18px; background: #fff3d6; color: #5a4100; }
.log { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 16px 14px; display: flex; flex-direction: column; gap: 4px; background: var(--raised); }
.earlier { align-self: center; margin-block-end: 8px; border: 1px solid var(--line); background: var(--surface); border-radius: 16px; padding: 6px 14px; font-size: 13px; }
.row { max-width: 84%; align-self: flex-start; display: flex; flex-direction: column; gap: 3px; }
.row.mine { align-self: flex-end; align-items: flex-end; }
.row.first { margin-block-start: 10px; }
.who { font-size: 12px; line-height: 16px; color: var(--muted); padding-inline: 4px; }
.bubble { padding: 9px 13px; border-radius: 14px; border-end-start-radius: 4px; background: var(--surface); border: 1px solid var(--line); overflow-wrap: anywhere; white-space: pre-wrap; }
.bubble a { color: inherit; }
.mine .bubble { background: var(--bg); color: var(--ink); border-color: transparent; border-radius: 14px; border-end-end-radius: 4px; }
.bubble img, .bubble video { display: block; max-width: 100%; max-height: 240px; border-radius: 8px; }
.bubble audio { max-width: 240px; }
.sticker { font-size: 40px; line-height: 48px; }
.line { align-self: center; margin-block: 10px; font-size: 12px; line-height: 16px; color: var(--muted); text-align: center; }
.meta { font-size: 12px; line-height: 16px; color: var(--muted); padding-inline: 4px; }
.meta button { border: 0; background: none; padding: 0; text-decoration: underline; color: var(--danger); min-height: 24px; }
.buttons { display: flex; flex-direction: column; gap: 6px; margin-block-start: 4px; max-width: 100%; }
.buttons div { display: flex; flex-wrap: wrap; gap: 6px; }
.buttons button, .buttons a { flex: 1 1 auto; min-height: 36px; padding: 7px 14px; border: 1px solid color-mix(in srgb, var(--bg) 55%, var(--line)); border-radius: 18px; background: var(--surface); color: var(--text);
  text-align: center; text-decoration: none; font-weight: 550; transition: background 120ms; }
.buttons button:hover, .buttons a:hover { background: color-mix(in srgb, var(--bg) 10%, var(--surface)); }
.buttons button:disabled { opacity: 0.55; cursor: default; }
.activity { padding: 0 18px 8px; min-height: 24px; font-size: 12px; line-height: 16px; color: var(--muted); background: var(--raised); display: flex; align-items: center; gap: 8px; }
.dots { display: inline-flex; gap: 3px; } .dots i { width: 6px; height: 6px; border-radius: 3px; background: currentColor; animation: blink 1.2s infinite; }
.dots i:nth-child(2) { animation-delay: 0.2s; } .dots i:nth-child(3) { animation-delay: 0.4s; }
@keyframes blink { 0%, 60%, 100% { opacity: 0.25; } 30% { opacity: 1; } }
form { display: flex; align-items: flex-end; gap: 4px; padding: 8px; border-block-start: 1px solid var(--line); background: var(--surface); }
textarea { flex: 1; resize: none; border: 0; background: transparent; color: inherit; font: inherit; line-height: 20px; padding: 10px 6px; max-height: 120px; outline: none; }
textarea::placeholder { color: var(--muted); opacity: 1; }
form:focus-within { box-shadow: inset 0 2px 0 color-mix(in srgb, var(--bg) 60%, transparent); }
.send { background: var(--bg); color: var(--ink); } .send:hover { background: var(--bg); filter: brightness(1.08); } .send:disabled { opacity: 0.45; cursor: default; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 480px) { .panel { inset: 0 !important; width: 100%; height: 100dvh; border-radius: 0; border: 0; } .inline .panel { height: 100%; } textarea { font-size: 16px; } }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
`
