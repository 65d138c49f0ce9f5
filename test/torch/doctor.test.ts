/** `pit doctor` on a Python that has torch: its steps are real, and the numbers those of the onnx learner. */
import assert from 'node:assert/strict';
import { pit } from '../cli/small';

describe('pit doctor where torch is set up', () => {
  it('trains the same steps by both engines', async () => {
    const { stdout } = await pit('doctor');
    for (const name of ['Torch', 'GPUs', 'Ranks', 'Steps'])
      assert.match(stdout, new RegExp(`^(ok|warn) +${name} +\\S`, 'm'));
    const [here, there] = ['Training', 'Steps'].map(
      (name) => new RegExp(`^ok +${name} +loss (.*) on `, 'm').exec(stdout)?.[1],
    );
    assert.ok(here);
    assert.equal(there, here);
  });
});
