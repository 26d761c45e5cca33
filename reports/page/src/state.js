// What a reader chose stands in the address, so that it can be sent: `?rates_1.filter=per-op`.

const chosen = new URLSearchParams(window.location.search);

export const recalled = (name) => chosen.get(name) ?? "";

export function remember(name, value) {
  if (recalled(name) === value) return;
  if (value === "") chosen.delete(name);
  else chosen.set(name, value);
  const query = chosen.toString();
  try {
    window.history.replaceState(null, "", `${window.location.pathname}${query === "" ? "" : `?${query}`}${window.location.hash}`);
  } catch {
    // Some browsers keep the address of a local file as it is.
  }
}
