const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A duration as exact as a forecast is: `40 s`, `25 min`, `3 h`, `1 h 20`, `2 d 4 h`. */
export function roughDuration(ms: number): string {
  if (ms < 90_000) return `${Math.max(0, Math.round(ms / 1_000))} s`;
  if (ms < hourMs - minuteMs / 2) return `${Math.round(ms / minuteMs)} min`;
  if (ms < 10 * hourMs) {
    const minutes = ms < 2 * hourMs ? 5 * Math.round(ms / minuteMs / 5) : 10 * Math.round(ms / minuteMs / 10);
    const rest = minutes % 60;
    return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${String(rest).padStart(2, '0')}`}`;
  }
  const hours = Math.round(ms / hourMs);
  if (ms < 2 * dayMs) return `${hours} h`;
  const rest = hours % 24;
  return `${Math.floor(hours / 24)} d${rest === 0 ? '' : ` ${rest} h`}`;
}
