using Segue.Embedding;

namespace Segue.Onnx;

/// <summary>Makes <c>onnx:DIR</c> known.</summary>
public static class OnnxEmbedders
{
    /// <summary>The same embedders and <c>onnx:DIR</c>: a sentence-transformer in a folder, or one .onnx file of it.</summary>
    public static Embedders WithOnnx(this Embedders embedders) => embedders.With("onnx", "DIR", (path, context, cancel) => Task.Run<
        Microsoft.Extensions.AI.IEmbeddingGenerator<string, Microsoft.Extensions.AI.Embedding<float>>>(
        () => new OnnxEmbeddingGenerator(path, new OnnxOptions { Threads = context.Threads }), cancel));
}
