/**
 * The part of the ONNX file format that a graph needs: a protobuf schema (field numbers from the ONNX specification)
 * and its encoder. It knows no operators.
 */
import protobuf from 'protobufjs';

const schema = `
syntax = "proto3";
package onnx;
message AttributeProto { string name = 1; float f = 2; int64 i = 3; bytes s = 4; repeated float floats = 7; repeated int64 ints = 8; int32 type = 20; }
message StringStringEntryProto { string key = 1; string value = 2; }
message TensorProto { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; repeated StringStringEntryProto external_data = 13; int32 data_location = 14; }
message TensorShapeProto { message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } } repeated Dimension dim = 1; }
message TypeProto { message Tensor { int32 elem_type = 1; TensorShapeProto shape = 2; } oneof value { Tensor tensor_type = 1; } }
message ValueInfoProto { string name = 1; TypeProto type = 2; }
message NodeProto { repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4; repeated AttributeProto attribute = 5; string domain = 7; }
message GraphProto { repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5; repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12; }
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message ModelProto { int64 ir_version = 1; repeated OperatorSetIdProto opset_import = 8; string producer_name = 2; GraphProto graph = 7; }
`;

const { root } = protobuf.parse(schema, { keepCase: true });

function encode(type: string, message: object): Uint8Array {
  const found = root.lookupType(`onnx.${type}`);
  return found.encode(found.fromObject(message)).finish();
}

/** Numbers of the fields whose bytes are written by hand. */
const fields = { graph: 7, initializer: 5, raw_data: 9 };

/** What stands before a field's bytes: its number, and how many they are. */
function opening(field: keyof typeof fields, length: number): Uint8Array {
  const delimited = 2;
  return protobuf.Writer.create()
    .uint32((fields[field] << 3) | delimited)
    .uint32(length)
    .finish();
}

export interface AttributeProto {
  name: string;
  type: number;
  f?: number;
  i?: number;
  s?: Uint8Array;
  ints?: readonly number[];
}

export interface NodeProto {
  op_type: string;
  domain: string;
  name: string;
  input: string[];
  output: string[];
  attribute: AttributeProto[];
}

export interface TensorProto {
  name: string;
  data_type: number;
  dims: readonly number[];
  raw_data?: Uint8Array;
  /** `location`, `offset` and `length` of data that stand in another file. */
  external_data?: { key: string; value: string }[];
  /** 1 where they do. */
  data_location?: number;
}

/** A tensor whose data are written later. */
export interface LateTensorProto extends Pick<TensorProto, 'name' | 'data_type' | 'dims'> {
  /** How many of them. */
  bytes: number;
}

export interface ValueProto {
  name: string;
  type: {
    tensor_type: { elem_type: number; shape: { dim: ({ dim_value: number } | { dim_param: string })[] } };
  };
}

export interface GraphProto {
  name: string;
  node: NodeProto[];
  initializer: TensorProto[];
  input: ValueProto[];
  output: ValueProto[];
}

/** The versions of the ONNX standard's operators, and of ONNX Runtime's own. */
const versions: Record<string, number> = { '': 18, 'com.microsoft': 1 };

/**
 * The bytes of an ONNX model, in pieces: each of `late` has the piece that stands before its data, in their order, and
 * without any of them there is one piece. So large models are written as their data come, and need not be held whole.
 */
export function encodeModel(graph: GraphProto, late: readonly LateTensorProto[] = []): Uint8Array[] {
  const domains = new Set(['', ...graph.node.map(({ domain }) => domain)]);
  const opset_import = Array.from(domains, (domain) => ({ domain, version: versions[domain] }));
  const model = encode('ModelProto', { ir_version: 9, producer_name: 'pit-lab', opset_import });
  const early = encode('GraphProto', graph);
  const openings = late.map(({ bytes, ...tensor }) => {
    const rest = Buffer.concat([encode('TensorProto', tensor), opening('raw_data', bytes)]);
    return Buffer.concat([opening('initializer', rest.length + bytes), rest]);
  });
  const size = late.reduce((sum, { bytes }, i) => sum + openings[i].length + bytes, early.length);
  const [first = Buffer.alloc(0), ...others] = openings;
  return [Buffer.concat([model, opening('graph', size), early, first]), ...others];
}
