using Microsoft.Extensions.AI;
using Segue.Catalogue;
using Segue.Embedding;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: every track has a right row or stands in the report, and work that was stopped goes on. Method: an embedder that fails as told, on a
/// catalogue of a few thousand. Seen to fail: rows after a failed track shifted by one; lengths other than 1, and sizes
/// that are not said, refused.
/// </summary>
public sealed class EmbeddingTracksTests
{
    [Fact]
    public async Task Each_row_is_its_tracks_vector_and_failures_are_left_out()
    {
        Tracks tracks = Catalogue(3000);
        Scripted embedder = new(text => text.StartsWith("song 7 ", StringComparison.Ordinal) ? [float.NaN, 0, 0]
            : text.StartsWith("song 8 ", StringComparison.Ordinal) ? []
            : text.StartsWith("song 9 ", StringComparison.Ordinal) ? [1, 0]
            : text.StartsWith("song 10 ", StringComparison.Ordinal) ? [0, 0, 0]
            : Right(text));
        EmbeddedTracks result = await TrackEmbedder.EmbedAsync(tracks, embedder);
        Assert.Equal([7, 8, 9, 10], result.Failures.Select(f => f.Track));
        Assert.Equal(["its vector is not finite", "the embedder gave no usable vector for it", "the embedder gave a vector of 2 dimensions instead of 3",
            "its vector is zero and has no direction"], result.Failures.Select(f => f.Reason));
        Assert.Equal(2996, result.Vectors.Rows);
        for (int row = 0; row < result.Vectors.Rows; row++)
            Assert.Equal(Right(Description.Of(tracks, result.Tracks.Span[row])), result.Vectors.Row(row).ToArray());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(null)]
    public async Task Vectors_of_any_length_are_brought_to_one_and_their_size_is_measured_where_it_is_not_said(int? said)
    {
        Scripted embedder = new(text => [.. Right(text).Select(v => v * (text.Length % 2 == 0 ? 17 : 1e-6f))], said);
        EmbeddedTracks result = await TrackEmbedder.EmbedAsync(Catalogue(50), embedder);
        Assert.Empty(result.Failures);
        for (int row = 0; row < result.Vectors.Rows; row++)
        {
            float[] expected = Right(Description.Of(Catalogue(50), row));
            Assert.All(expected.Zip(result.Vectors.Row(row).ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        }

        Scripted nothing = new(_ => [], null);
        EmbedderException mute = await Assert.ThrowsAsync<EmbedderException>(() => TrackEmbedder.EmbedAsync(Catalogue(5), nothing));
        Assert.Contains("does not say how many dimensions", mute.Message);
    }

    [Fact]
    public async Task A_refused_text_is_found_among_thousands_and_the_rest_is_kept()
    {
        Scripted embedder = new(text => text.StartsWith("song 1234 ", StringComparison.Ordinal) ? throw new TextRejectedException("too rude") : Right(text));
        EmbeddedTracks result = await TrackEmbedder.EmbedAsync(Catalogue(3000), embedder);
        EmbeddingFailure failure = Assert.Single(result.Failures);
        Assert.Equal((1234, "too rude"), (failure.Track, failure.Reason));
    }

    [Fact]
    public async Task Stopped_work_goes_on_where_it_was_and_a_rebuild_embeds_only_what_changed()
    {
        using ScratchFolder scratch = new();
        int calls = 0;
        Scripted dies = new(text => ++calls > 3000 ? throw new EmbedderException("gone") : Right(text));
        await Assert.ThrowsAsync<EmbedderException>(() => TrackEmbedder.EmbedAsync(Catalogue(5000), dies, scratch.Path));
        Scripted works = new(Right);
        EmbeddedTracks result = await TrackEmbedder.EmbedAsync(Catalogue(5000), works, scratch.Path);
        Assert.Equal(5000, result.Vectors.Rows);
        Assert.Equal(5000 - 2048, works.Texts); // One chunk of 2,048 was finished.
        Scripted again = new(Right);
        EmbeddedTracks rebuilt = await TrackEmbedder.EmbedAsync(Catalogue(5003), again, scratch.Path);
        Assert.Equal(3, again.Texts);
        Assert.Equal((3, 5000), (rebuilt.Embedded, rebuilt.FromCache));
        Assert.Equal(result.Vectors.Values.ToArray(), rebuilt.Vectors.Values[..(5000 * 3)].ToArray());
        Scripted anew = new(Right);
        await TrackEmbedder.EmbedAsync(Catalogue(5000), anew, scratch.Path, resume: false);
        Assert.Equal(5000, anew.Texts);
    }

    [Fact]
    public async Task Equal_descriptions_are_embedded_once()
    {
        TracksBuilder builder = new();
        for (int i = 0; i < 100; i++)
            builder.Add(Row($"id{i}", $"song {i % 10}"));
        Scripted embedder = new(Right);
        EmbeddedTracks result = await TrackEmbedder.EmbedAsync(builder.Build(), embedder);
        Assert.Equal((10, 90, 100), (embedder.Texts, result.FromCache, result.Vectors.Rows));
        Assert.Equal(result.Vectors.Row(3).ToArray(), result.Vectors.Row(13).ToArray());
    }

    [Fact]
    public async Task Static_vectors_are_the_same_on_one_and_on_many_threads_and_unknown_scripts_are_reported()
    {
        TracksBuilder builder = new();
        for (int i = 0; i < 2000; i++)
            builder.Add(Row($"id{i}", $"song {i}"));
        builder.Add(new TrackRow("odd", "\u0e00", "", [], null, false, Enumerable.Repeat(float.NaN, Tracks.FeatureCount).ToArray()));
        Tracks tracks = builder.Build();
        using StaticEmbeddingGenerator generator = new();
        List<int> done = [];
        EmbeddedTracks one = await TrackEmbedder.EmbedAsync(tracks, generator, threads: 1, progress: new Counts(done));
        EmbeddedTracks many = await TrackEmbedder.EmbedAsync(tracks, generator, threads: 4);
        Assert.Equal(one.Vectors.Values.ToArray(), many.Vectors.Values.ToArray());
        Assert.Equal(2000, Assert.Single(one.Failures).Track);
        Assert.Equal(2001, done.Max());
        float[] expected = new float[generator.Dimensions];
        generator.Embed(Description.Of(tracks, 77), expected);
        Assert.Equal(expected, one.Vectors.Row(77).ToArray());
    }

    [Fact]
    public async Task An_embedder_that_embeds_nothing_is_an_error()
    {
        EmbedderException e = await Assert.ThrowsAsync<EmbedderException>(() => TrackEmbedder.EmbedAsync(Catalogue(5), new Scripted(_ => [])));
        Assert.Contains("none of 5 tracks got a vector", e.Message);
        Assert.Equal(0, (await TrackEmbedder.EmbedAsync(Catalogue(0), new Scripted(Right))).Vectors.Rows);
    }

    [Theory]
    [InlineData("static", "static", "")]
    [InlineData(" ONNX:/models/Mini LM ", "onnx", "/models/Mini LM")]
    [InlineData("ollama:all-minilm:latest", "ollama", "all-minilm:latest")]
    public void An_embedder_is_named_by_kind_and_argument(string text, string kind, string argument) =>
        Assert.Equal(new EmbedderSpec(kind, argument), EmbedderSpec.Parse(text));

    [Theory]
    [InlineData("word2vec:x", "unknown embedder 'word2vec:x'; did you mean 'ollama:MODEL' or 'openai:MODEL' or 'static'?")]
    [InlineData("static:x", "write static")]
    [InlineData("ollama:", "write ollama:MODEL")]
    public async Task A_wrong_name_is_said(string text, string message)
    {
        SegueException e = await Assert.ThrowsAnyAsync<SegueException>(() => Embedders.Known.CreateAsync(EmbedderSpec.Parse(text), new EmbedderContext()));
        Assert.Contains(message, e.Message);
        Assert.Throws<SegueException>(() => EmbedderSpec.Parse(":x"));
    }

    private static Tracks Catalogue(int count)
    {
        TracksBuilder builder = new();
        for (int i = 0; i < count; i++)
            builder.Add(Row($"id{i}", $"song {i}"));
        return builder.Build();
    }

    private static TrackRow Row(string id, string title) => new(id, title, "", ["Artist"], "pop", false, new float[Tracks.FeatureCount]);

    private static float[] Right(string text)
    {
        float[] vector = EmbeddingFakes.VectorOf(text)[..3];
        float norm = MathF.Sqrt(vector.Sum(v => v * v));
        return [.. vector.Select(v => v / norm)];
    }

    private sealed class Counts(List<int> done) : IProgress<EmbeddingProgress>
    {
        public void Report(EmbeddingProgress value)
        {
            lock (done)
                done.Add(value.Done);
        }
    }

    /// <summary>An embedder of 3 dimensions that does as it is told.</summary>
    private sealed class Scripted(Func<string, float[]> vectorOf, int? dimensions = 3) : IEmbeddingGenerator<string, Embedding<float>>
    {
        private readonly EmbeddingGeneratorMetadata _metadata = new("test", null, "scripted", dimensions);

        /// <summary>Texts of calls that succeeded.</summary>
        public int Texts { get; private set; }

        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
        {
            GeneratedEmbeddings<Embedding<float>> result = [.. values.Select(t => new Embedding<float>(vectorOf(t)))];
            Texts += result.Count;
            return Task.FromResult(result);
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata : null;

        public void Dispose()
        {
        }
    }
}
