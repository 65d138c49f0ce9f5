/** A program in the place of uv, which makes environments that hold no packages but tell of some. */
import { chmodSync, writeFileSync } from 'node:fs';

const probe = JSON.stringify({
  python: '3.12.1',
  torch: '2.15.0+cpu',
  transformers: '5.24.0',
  peft: '0.21.2',
  cuda: null,
  gpus: [],
  nccl: null,
  gloo: true,
});

/** A program for a shell to read. */
export function program(file: string, text: string): void {
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
}

/** A uv whose environments have a Python that answers the probe. @param install what `uv pip install` does */
export const uv = (install: string) => `
echo "uv $*" >> "$HOME/said"
case "$1" in
  --version) echo "uv 9.9.9 (of the test)" ;;
  venv)
    for place; do :; done
    mkdir -p "$place/bin"
    cat > "$place/bin/python" <<END
#!/bin/sh
echo '${probe}'
END
    chmod +x "$place/bin/python" ;;
  pip) ${install} ;;
esac`;
