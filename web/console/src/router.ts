// The address of a view, and the way from one to the next.

let changed: () => void = () => {};
/** Whether somebody has gone to another view: then its heading takes the focus, as a new page would. */
export let moved = false;

export const place = (): string[] => location.pathname.split("/").slice(2).filter(Boolean).map(decodeURIComponent);
export const asked = (): URLSearchParams => new URLSearchParams(location.search);

export function follow(act: () => void): void {
  changed = act;
  addEventListener("popstate", () => {
    moved = true;
    act();
  });
  addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const own = link?.origin === location.origin && /^\/console(\/|$)/.test(link.pathname) && !link.hash;
    if (!link || !own || link.target || link.download || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}

export function go(to: string, replace = false): void {
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  moved = true;
  scrollTo(0, 0);
  changed();
}

/** The address of a view. */
export const at = (...parts: string[]): string => ["/console", ...parts.map(encodeURIComponent)].join("/");

/** Keeps what was chosen in the address of this view. */
export const note = (query: URLSearchParams): void => history.replaceState(null, "", `${location.pathname}?${query}`);
