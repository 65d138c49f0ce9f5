/** The document that holds the page: nothing may be loaded but the bundle, and no script runs but the one named here. */

export interface Sources {
  script: string;
  style: string;
  /** What the webview calls its own resources. */
  own: string;
  nonce: string;
}

export function pageHtml({ script, style, own, nonce }: Sources): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${own}`,
    `font-src ${own}`,
    // Charts are drawn to a picture in memory when they are saved as PNG.
    `img-src blob:`,
  ].join('; ');
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    `<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<link rel="stylesheet" href="${style}"><title>PIT Dashboard</title></head>`,
    `<body><main id="page"></main><script nonce="${nonce}" src="${script}"></script></body>`,
    '</html>',
  ].join('\n');
}
