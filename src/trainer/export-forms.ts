/** The forms in which a model leaves: what is written, what loads it by the name that model hubs know, and what it holds. */
export const exportForms = {
  hf: { title: 'Model', library: 'transformers', holds: 'a whole model, adapters taken into its weights' },
  onnx: { title: 'ONNX Graph', library: 'transformers.js', holds: 'the same as a graph, which ONNX Runtime runs too' },
  peft: { title: 'Adapters', library: 'peft', holds: 'the adapters alone' },
};

export type ExportForm = keyof typeof exportForms;
