export interface HexLine {
  offset: string;
  hex: string;
  ascii: string;
}

export function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}

/** Sixteen bytes a line, as every hex dump; eight where those have no room. */
export function hexLines(bytes: Uint8Array, perLine: 8 | 16 = 16): HexLine[] {
  const lines: HexLine[] = [];
  for (let at = 0; at < bytes.length; at += perLine) {
    const part = [...bytes.subarray(at, at + perLine)];
    lines.push({
      offset: at.toString(16).padStart(bytes.length > 0xffff ? 8 : 4, "0"),
      hex: part.map((byte) => byte.toString(16).padStart(2, "0")).join(" "),
      ascii: part.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "·")).join(""),
    });
  }
  return lines;
}
