using Segue.Embedding;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: what was embedded is not embedded again, and a torn or damaged cache costs time, never a wrong vector. Method: the file cut at every byte
/// and with every bit flipped. Seen to fail: records after a torn one read with the wrong offset, and records after a flipped bit thrown away.
/// </summary>
public sealed class EmbeddingCacheTests
{
    private static readonly string[] s_texts = ["one", "two", "three", "four"];

    [Fact]
    public void What_was_added_is_there_again()
    {
        using ScratchFolder scratch = new();
        Fill(scratch.Path);
        using EmbeddingCache cache = EmbeddingCache.Open(scratch.Path, "test:a", 3);
        Assert.Equal(4, AssertRight(cache));
        Assert.False(cache.TryGet(EmbeddingCache.KeyOf("five"), new float[3]));
    }

    [Fact]
    public void Another_embedder_or_size_has_a_cache_of_its_own()
    {
        using ScratchFolder scratch = new();
        Fill(scratch.Path);
        using EmbeddingCache other = EmbeddingCache.Open(scratch.Path, "test:b", 3), larger = EmbeddingCache.Open(scratch.Path, "test:a", 4);
        Assert.Equal(0, other.Count + larger.Count);
        Assert.Equal(3, Directory.GetFiles(scratch.Path).Length);
    }

    [Fact]
    public void A_file_cut_at_any_byte_keeps_what_is_whole_and_can_go_on()
    {
        using ScratchFolder scratch = new();
        byte[] whole = File.ReadAllBytes(Fill(scratch.Path));
        string path = Directory.GetFiles(scratch.Path)[0];
        int recordBytes = (whole.Length - 64) / 4;
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            using (EmbeddingCache cache = EmbeddingCache.Open(scratch.Path, "test:a", 3))
            {
                Assert.Equal(length < 64 ? 0 : (length - 64) / recordBytes, AssertRight(cache));
                foreach (string text in s_texts)
                    cache.Add(EmbeddingCache.KeyOf(text), VectorOf(text));
            }

            Assert.Equal(whole, File.ReadAllBytes(path));
        }
    }

    [Fact]
    public void A_flipped_bit_costs_its_record_and_no_other()
    {
        using ScratchFolder scratch = new();
        byte[] whole = File.ReadAllBytes(Fill(scratch.Path));
        string path = Directory.GetFiles(scratch.Path)[0];
        for (int bit = 0; bit < whole.Length * 8; bit += 3)
        {
            byte[] bad = [.. whole];
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(path, bad);
            int expected = bit / 8 < 64 ? 4 : 3;
            using (EmbeddingCache cache = EmbeddingCache.Open(scratch.Path, "test:a", 3))
            {
                Assert.Equal(expected, AssertRight(cache));
                foreach (string text in s_texts)
                    cache.Add(EmbeddingCache.KeyOf(text), VectorOf(text));
                Assert.Equal(4, AssertRight(cache));
            }

            using EmbeddingCache again = EmbeddingCache.Open(scratch.Path, "test:a", 3);
            Assert.Equal(4, AssertRight(again));
        }
    }

    [Fact]
    public void Begun_anew_it_leaves_those_of_others()
    {
        using ScratchFolder scratch = new();
        Fill(scratch.Path);
        using (EmbeddingCache other = EmbeddingCache.Open(scratch.Path, "test:b", 3))
            other.Add(EmbeddingCache.KeyOf("one"), VectorOf("one"));
        using (EmbeddingCache anew = EmbeddingCache.Open(scratch.Path, "test:b", 3, keep: false))
            Assert.Equal(0, anew.Count);
        using EmbeddingCache cache = EmbeddingCache.Open(scratch.Path, "test:a", 3);
        Assert.Equal(4, AssertRight(cache));
    }

    [Fact]
    public void Two_at_once_are_kept_apart()
    {
        using ScratchFolder scratch = new();
        using EmbeddingCache first = EmbeddingCache.Open(scratch.Path, "test:a", 3);
        Assert.Contains("another build", Assert.Throws<SegueException>(() => EmbeddingCache.Open(scratch.Path, "test:a", 3)).Message);
    }

    private static string Fill(string folder)
    {
        using EmbeddingCache cache = EmbeddingCache.Open(folder, "test:a", 3);
        foreach (string text in s_texts)
            cache.Add(EmbeddingCache.KeyOf(text), VectorOf(text));
        return Directory.GetFiles(folder)[0];
    }

    private static float[] VectorOf(string text) => [text.Length, text[0], text[^1]];

    private static int AssertRight(EmbeddingCache cache)
    {
        int found = 0;
        float[] vector = new float[3];
        foreach (string text in s_texts)
        {
            if (!cache.TryGet(EmbeddingCache.KeyOf(text), vector))
                continue;
            Assert.Equal(VectorOf(text), vector);
            found++;
        }

        return found;
    }
}
