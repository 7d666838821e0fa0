// A page that the server made for print, within the console.

import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { save } from "./ui.js";
import { w } from "./words.js";

/**
 * Puts a page into a frame. The console's policy lets in no style that is written into a page, as it should; a style sheet made
 * by a script is one of the console's own.
 */
function show(frame: HTMLIFrameElement, html: string): void {
  const into = frame.contentDocument;
  const Sheet = (frame.contentWindow as (Window & typeof globalThis) | null)?.CSSStyleSheet;
  if (!into || !Sheet) return;
  const styles: string[] = [];
  const bare = html.replace(/<style\b[^>]*>([^]*?)<\/style>/g, (_, style: string) => {
    styles.push(style);
    return "";
  });
  const page = new DOMParser().parseFromString(bare, "text/html");
  into.documentElement.lang = page.documentElement.lang;
  into.title = page.title;
  into.adoptedStyleSheets = styles.map((style) => {
    const sheet = new Sheet();
    sheet.replaceSync(style);
    return sheet;
  });
  into.body.replaceChildren(...[...page.body.childNodes].map((node) => into.importNode(node, true)));
}

export function Sheet({ html, title, name }: { html: string; title: string; name: string }): JSX.Element {
  const frame = useRef<HTMLIFrameElement>(null);
  return (
    <>
      <p class="actions">
        <button type="button" onClick={() => frame.current?.contentWindow?.print()}>
          {w.print}
        </button>
        <button type="button" class="second" onClick={() => save(new Blob([html], { type: "text/html" }), name)}>
          {w.save_file}
        </button>
      </p>
      <iframe
        ref={frame}
        class="sheet"
        title={title}
        srcDoc="<!DOCTYPE html><html><head><title></title></head><body></body></html>"
        onLoad={(event) => show(event.currentTarget, html)}
      />
    </>
  );
}
