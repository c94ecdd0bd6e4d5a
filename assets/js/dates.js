// Days and instants. A day is text, 2026-11-21, in Asia/Shanghai, which has no summer time; an instant is in
// milliseconds since 1970.

const SHANGHAI = 8 * 3600 * 1000;

export function shanghaiDate(instant) {
  return new Date(instant + SHANGHAI).toISOString().slice(0, 10);
}

// NaN for what is no instant of RFC 3339 in UTC or with an offset.
export function instant(text) {
  const form = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;
  return typeof text === "string" && form.test(text) ? Date.parse(text) : NaN;
}

export function isDay(text) {
  return typeof text === "string" && /^\d{4}-\d{2}-\d{2}$/.test(text);
}
