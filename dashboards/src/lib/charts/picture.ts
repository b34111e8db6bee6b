/** The chart that is drawn inside an element as a PNG; `null` while nothing is drawn. */
export function pictureOf(host: HTMLElement): Promise<Blob | null> {
  const canvas = host.querySelector('canvas');
  return new Promise((resolve) => {
    if (canvas) canvas.toBlob(resolve, 'image/png');
    else resolve(null);
  });
}
