// What textual-serve's page script needs from its page. It runs after that script, before its window.onload.
"use strict";

const root = new URL(".", location.href);
const terminal = document.getElementById("terminal");
terminal.dataset.sessionWebsocketUrl = new URL("ws", root).href.replace(/^http/, "ws");

// The terminal measures the letters once, so the font must be there before.
const start = window.onload;
window.onload = async (event) => {
  const styles = ["16px", "bold 16px", "italic 16px", "italic bold 16px"];
  await Promise.allSettled(styles.map((style) => document.fonts.load(`${style} "Roboto Mono"`)));
  start(event);
};

// The script opens a window for downloads and for URLs in the text. Captured text is not to be trusted: no URL of it
// is opened by a click.
window.open = (url = "") => {
  const [, key] = /^\/download\/([^/]+)$/.exec(new URL(url, root).pathname) ?? [];
  if (key !== undefined) {
    const link = document.createElement("a");
    link.href = new URL(`download/${key}`, root).href;
    link.download = "";
    link.click();
  }
  return null;
};

const Socket = window.WebSocket;
window.WebSocket = class extends Socket {
  constructor(...where) {
    super(...where);
    this.addEventListener("open", () => document.querySelector(".xterm-helper-textarea").focus());
    this.addEventListener("close", (event) => {
      document.getElementById("reason").textContent = event.reason;
      setTimeout(() => document.getElementById("again").focus()); // the script shows it after this
    });
  }
};

document.getElementById("again").addEventListener("click", () => location.reload());
