#!/usr/bin/env python3
"""Converts MediaPipe's three small tflite networks to the ONNX files that lie beside this script.

  npm pack @mediapipe/face_detection@0.4.1657300184 @mediapipe/selfie_segmentation@0.1.1675465747 @mediapipe/face_mesh@0.4.1657299874     # unpack all
  face_landmark.tflite is bytes 2495952 to 3737848 of face_mesh's face_mesh_solution_packed_assets.data (its loader names the places)
  pip install numpy onnx==1.23.2 tflite==2.18.0 ai-edge-litert==2.3.0 onnxruntime==1.32.0
  convert.py face_detection_short_range.tflite face-short-range.onnx
  convert.py selfie_segmentation.tflite selfie-segmentation.onnx
  convert.py face_landmark.tflite face-mesh.onnx

The general converters stop at MediaPipe's own operator (a transposed convolution with bias), so
the dozen operators that the two networks use are mapped here by hand: NHWC becomes NCHW, half
floats become floats, "SAME" padding is written out. The result is then run beside the tflite
interpreter on the synthetic picture of `pattern`, and the interpreter's answer is written to
NAME.reference.bin (little-endian f32), which the project's test compares with what it computes.
"""
import sys
import numpy as np
import onnx
import tflite
from onnx import TensorProto, helper, numpy_helper

DTYPE = {0: np.float32, 1: np.float16, 2: np.int32, 4: np.int64}
NAMES = {v: k for k, v in vars(tflite.BuiltinOperator).items() if isinstance(v, int)}


def pattern(size):
    """Head and shoulders in whole numbers, so that the project's test draws the very same (0..1)."""
    y, x, c = np.mgrid[0:size, 0:size, 0:3]
    u, v = x * 256 // size - 128, y * 256 // size
    head = 25 * u * u + 16 * (v - 90) ** 2 < 16 * 60 * 60
    body = (v > 150) & (4 * u * u < 3 * (v - 90) ** 2)
    return (np.where(head, 200 - 35 * c, np.where(body, 60 + 10 * c, 120 + 20 * c + (x * 7 + y * 3) % 16)) / 255).astype(np.float32)[None]


def features(size):
    """The same head larger, with eyes, brows and a mouth: something for the mesh to hold on to."""
    p = pattern(size)[0]
    y, x, c = np.mgrid[0:size, 0:size, 0:3]
    u, v = abs(x * 256 // size - 128), y * 256 // size
    skin = 36 * u * u + 25 * (v - 125) ** 2 < 25 * 102 * 102
    p = np.where(skin, (200 - 35 * c) / 255, p)
    eye = 9 * (u - 36) ** 2 + 36 * (v - 100) ** 2 < 36 * 81
    pupil = (u - 36) ** 2 + (v - 100) ** 2 < 64
    dark = pupil | ((v >= 76) & (v < 83) & (u > 18) & (u < 58))
    mouth = (u < 26) & (abs(v - 175) < 7)
    nose = (u < 12) & (abs(v - 143) < 4)
    p = np.where(eye, 235 / 255, p)
    p = np.where(dark, 30 / 255, p)
    return np.where(mouth | nose, (150 - 30 * c) / 255, p).astype(np.float32)[None]


class Graph:
    def __init__(self, raw):
        self.model = tflite.Model.GetRootAsModel(raw, 0)
        self.g = self.model.Subgraphs(0)
        self.nodes, self.init, self.const = [], [], {}

    def shape(self, i):
        return [int(d) for d in self.g.Tensors(i).ShapeAsNumpy()]

    def data(self, i):
        """The constant's value in tflite's layout, or None for a computed tensor."""
        if i in self.const:
            return self.const[i]
        t = self.g.Tensors(i)
        b = self.model.Buffers(t.Buffer()).DataAsNumpy()
        if isinstance(b, int) or len(b) == 0:
            return None
        self.const[i] = np.frombuffer(b.tobytes(), DTYPE[t.Type()]).reshape(self.shape(i))
        return self.const[i]

    def add_const(self, name, value):
        self.init.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def value(self, i):
        """Name of tensor i for a node's input; constants of rank 4 are turned to NCHW."""
        d = self.data(i)
        if d is None:
            return f"t{i}"
        d = d.astype(np.float32)
        return self.add_const(f"c{i}_{len(self.init)}", d.transpose(0, 3, 1, 2) if d.ndim == 4 else d)

    def node(self, op, ins, out, **attrs):
        self.nodes.append(helper.make_node(op, ins, [out], **attrs))

    def activated(self, op, ins, out, act, **attrs):
        """The operator, then tflite's fused activation (0 none, 1 ReLU, 3 ReLU6)."""
        if act == 0:
            return self.node(op, ins, out, **attrs)
        self.node(op, ins, out + "_lin", **attrs)
        if act == 1:
            return self.node("Relu", [out + "_lin"], out)
        assert act == 3, act
        lo, hi = self.add_const(out + "_lo", np.float32(0)), self.add_const(out + "_hi", np.float32(6))
        self.node("Clip", [out + "_lin", lo, hi], out)


def options(op, kind):
    o = kind()
    o.Init(op.BuiltinOptions().Bytes, op.BuiltinOptions().Pos)
    return o


def same_pads(size, k, stride, padding, dil=(1, 1)):
    """[top, left, bottom, right]; tflite's SAME puts the odd pixel last."""
    if padding == 1:
        return [0, 0, 0, 0]
    tot = [max((-(-s // st) - 1) * st + (kk - 1) * d + 1 - s, 0) for s, kk, st, d in zip(size, k, stride, dil)]
    return [tot[0] // 2, tot[1] // 2, tot[0] - tot[0] // 2, tot[1] - tot[1] // 2]


def convert(raw):
    G = Graph(raw)
    g = G.g
    for n in range(g.OperatorsLength()):
        op = g.Operators(n)
        code = G.model.OperatorCodes(op.OpcodeIndex())
        name = NAMES[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        ins, out = [int(i) for i in op.InputsAsNumpy()], int(op.Outputs(0))
        o = f"t{out}"
        if name == "DEQUANTIZE":
            G.const[out] = G.data(ins[0]).astype(np.float32)
        elif name in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            deep = name == "DEPTHWISE_CONV_2D"
            opt = options(op, tflite.DepthwiseConv2DOptions if deep else tflite.Conv2DOptions)
            w = G.data(ins[1]).astype(np.float32)
            if deep:
                assert opt.DepthMultiplier() == 1
            w = w.transpose(3, 0, 1, 2) if deep else w.transpose(0, 3, 1, 2)
            k, stride, dil = w.shape[2:], (opt.StrideH(), opt.StrideW()), (opt.DilationHFactor(), opt.DilationWFactor())
            G.activated("Conv", [G.value(ins[0]), G.add_const(f"w{out}", w), G.add_const(f"b{out}", G.data(ins[2]).astype(np.float32))],
                        o, opt.FusedActivationFunction(), kernel_shape=list(k), strides=list(stride), dilations=list(dil),
                        pads=same_pads(G.shape(ins[0])[1:3], k, stride, opt.Padding(), dil), group=w.shape[0] if deep else 1)
        elif name in ("ADD", "MUL"):
            opt = options(op, tflite.AddOptions if name == "ADD" else tflite.MulOptions)
            G.activated({"ADD": "Add", "MUL": "Mul"}[name], [G.value(i) for i in ins], o, opt.FusedActivationFunction())
        elif name in ("RELU", "LOGISTIC", "HARD_SWISH"):
            G.node({"RELU": "Relu", "LOGISTIC": "Sigmoid", "HARD_SWISH": "HardSwish"}[name], [G.value(ins[0])], o)
        elif name == "PRELU":
            slope = G.data(ins[1]).astype(np.float32).transpose(2, 0, 1)  # 1 1 C -> C 1 1
            G.node("PRelu", [G.value(ins[0]), G.add_const(f"a{out}", slope)], o)
        elif name == "PAD":
            p = G.data(ins[1]).astype(np.int64)[[0, 3, 1, 2]]
            G.node("Pad", [G.value(ins[0]), G.add_const(f"p{out}", p.T.reshape(-1))], o, mode="constant")
        elif name in ("MAX_POOL_2D", "AVERAGE_POOL_2D"):
            opt = options(op, tflite.Pool2DOptions)
            size, k, stride = G.shape(ins[0])[1:3], (opt.FilterHeight(), opt.FilterWidth()), (opt.StrideH(), opt.StrideW())
            if name == "AVERAGE_POOL_2D":
                assert tuple(size) == k
                G.node("GlobalAveragePool", [G.value(ins[0])], o)
            else:
                G.activated("MaxPool", [G.value(ins[0])], o, opt.FusedActivationFunction(), kernel_shape=list(k), strides=list(stride),
                            pads=same_pads(size, k, stride, opt.Padding()))
        elif name == "RESIZE_BILINEAR":
            opt = options(op, tflite.ResizeBilinearOptions)
            mode = "align_corners" if opt.AlignCorners() else "half_pixel" if opt.HalfPixelCenters() else "asymmetric"
            n_, h, w, c = G.shape(out)
            G.node("Resize", [G.value(ins[0]), "", "", G.add_const(f"s{out}", np.array([n_, c, h, w], np.int64))], o,
                   mode="linear", coordinate_transformation_mode=mode)
        elif name == "CUSTOM":
            assert code.CustomCode() == b"Convolution2DTransposeBias"
            w = G.data(ins[1]).astype(np.float32)  # out, h, w, in
            assert G.shape(out)[1] == 2 * G.shape(ins[0])[1] and w.shape[1:3] == (2, 2)  # so stride 2, no overlap
            G.node("ConvTranspose", [G.value(ins[0]), G.add_const(f"w{out}", w.transpose(3, 0, 1, 2)),
                                     G.add_const(f"b{out}", G.data(ins[2]).astype(np.float32))], o, kernel_shape=[2, 2], strides=[2, 2])
        elif name == "RESHAPE":
            G.node("Transpose", [G.value(ins[0])], o + "_nhwc", perm=[0, 2, 3, 1])
            G.node("Reshape", [o + "_nhwc", G.add_const(f"s{out}", np.array(G.shape(out), np.int64))], o)
        elif name == "CONCATENATION":
            opt = options(op, tflite.ConcatenationOptions)
            assert len(G.shape(out)) == 3  # after the reshapes, so no axis to turn
            G.node("Concat", [G.value(i) for i in ins], o, axis=opt.Axis())
        else:
            raise SystemExit(f"operator {name} is not mapped")

    def info(i):
        s = G.shape(i)
        return helper.make_tensor_value_info(f"t{i}", TensorProto.FLOAT, [s[0], s[3], s[1], s[2]] if len(s) == 4 else s)

    rename = {f"t{g.Inputs(0)}": "image"}
    for i in range(g.OutputsLength()):
        rename[f"t{g.Outputs(i)}"] = g.Tensors(g.Outputs(i)).Name().decode()
    rename = {k: {"regressors": "boxes", "classificators": "scores", "activation_10": "mask", "conv2d_21": "landmarks", "conv2d_31": "presence"}.get(v, v) for k, v in rename.items()}
    graph = helper.make_graph(G.nodes, "net", [info(g.Inputs(0))], [info(g.Outputs(i)) for i in range(g.OutputsLength())], G.init)
    for n in graph.node:
        n.input[:] = [rename.get(i, i) for i in n.input]
        n.output[:] = [rename.get(i, i) for i in n.output]
    for v in list(graph.input) + list(graph.output):
        v.name = rename[v.name]
    m = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8, producer_name="convert.py")
    # Optional inputs left empty are not tensors.
    onnx.checker.check_model(m)
    return m


def main(src, dst):
    raw = open(src, "rb").read()
    m = convert(raw)
    onnx.save(m, dst)
    import onnxruntime
    from ai_edge_litert.interpreter import Interpreter

    it = Interpreter(src)
    it.allocate_tensors()
    inp = it.get_input_details()[0]
    mesh = "landmark" in src
    x = (features if mesh else pattern)(int(inp["shape"][1]))
    signed = "detection" in src  # the detector takes -1..1, the others 0..1
    x = x * 2 - 1 if signed else x
    it.set_tensor(inp["index"], x)
    it.invoke()
    want = {d["name"]: it.get_tensor(d["index"]) for d in it.get_output_details()}
    sess = onnxruntime.InferenceSession(dst)
    got = dict(zip([o.name for o in sess.get_outputs()], sess.run(None, {"image": x.transpose(0, 3, 1, 2)})))
    flat = []
    for theirs, ours in (("regressors", "boxes"), ("classificators", "scores"), ("activation_10", "mask"), ("conv2d_21", "landmarks"), ("conv2d_31", "presence")):
        if theirs in want:
            a, b = want[theirs].reshape(-1), got[ours].reshape(-1)
            print(f"{ours}: {a.size} values, range {a.min():.3f}..{a.max():.3f}, largest difference {np.abs(a - b).max():.2e}")
            flat.append(a[::13] if ours == "mask" else a)
    np.concatenate(flat).astype("<f4").tofile(dst.replace(".onnx", ".reference.bin"))


if __name__ == "__main__":
    main(*sys.argv[1:])
