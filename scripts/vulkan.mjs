/** A driver for Vulkan that needs no GPU: the one that Debian's Chromium brings. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const folder = '/usr/lib/chromium';

/** Environment variables with which a program finds it; none where it is not there, or the machine's own shall be used. */
export function softwareVulkan() {
  const driver = join(folder, 'vk_swiftshader_icd.json');
  if (process.env.VK_ICD_FILENAMES || !existsSync(driver)) return {};
  return { VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':') };
}
