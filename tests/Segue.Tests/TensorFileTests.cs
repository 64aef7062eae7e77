using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using CsCheck;
using Segue.ModelFiles;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: what is written is read back, by others too, and nothing that is cut, damaged or foreign is ever read. Method: round trips; cutting
/// at every byte; flipping every bit of the header and a sample of the data's; an independent parser written from the format's page.
/// Seen to fail: with CheckHash off (thousands of flips accepted), and with the bounds check on offsets off.
/// </summary>
public sealed class TensorFileTests
{
    [Fact]
    public void Every_type_and_shape_comes_back()
    {
        using ScratchFolder folder = new();
        string path = folder.File("all.safetensors");
        TensorWriter writer = new("test", 3) { Metadata = { ["note"] = "naïve \"quotes\" \n" } };
        writer.Add<byte>("u8", new byte[] { 0, 255, 7 }).Add<sbyte>("i8", new sbyte[] { -128, 127 }).Add<short>("i16", new short[] { short.MinValue, 1 })
            .Add<ushort>("u16", new ushort[] { 65535 }).Add<Half>("f16", new[] { Half.MaxValue, Half.NaN }).Add<int>("i32", new[] { int.MinValue, 1, 2, 3, 4, 5 }, 2, 3)
            .Add<uint>("u32", new[] { uint.MaxValue }).Add<float>("f32", new[] { 1.5f, float.NaN, float.NegativeInfinity, -0f }, 1, 4, 1)
            .Add<long>("i64", new[] { long.MinValue }).Add<ulong>("u64", new[] { ulong.MaxValue }).Add<double>("f64", new[] { Math.PI, double.Epsilon })
            .Add<float>("none", ReadOnlyMemory<float>.Empty).Add<int>("none by three", ReadOnlyMemory<int>.Empty, 0, 3).Add<long>("имя", new[] { 1L });
        writer.Save(path);

        using TensorFile file = TensorFile.Open(path, "test", 3);
        Assert.Equal(14, file.Names.Count);
        Assert.Equal(3, file.Version);
        Assert.Equal("naïve \"quotes\" \n", file.Metadata["note"]);
        Assert.Equal(new byte[] { 0, 255, 7 }, file.Read<byte>("u8").ToArray());
        Assert.Equal(new sbyte[] { -128, 127 }, file.Read<sbyte>("i8").ToArray());
        Assert.Equal(new short[] { short.MinValue, 1 }, file.Read<short>("i16").ToArray());
        Assert.Equal(new ushort[] { 65535 }, file.Read<ushort>("u16").ToArray());
        Assert.Equal([Half.MaxValue, Half.NaN], file.Read<Half>("f16").ToArray());
        Assert.Equal([int.MinValue, 1, 2, 3, 4, 5], file.Read<int>("i32", 2, 3).ToArray());
        Assert.Equal([uint.MaxValue], file.Read<uint>("u32").ToArray());
        float[] floats = [1.5f, float.NaN, float.NegativeInfinity, -0f];
        Assert.Equal(floats.Select(BitConverter.SingleToInt32Bits), file.Read<float>("f32", 1, 4, 1).ToArray().Select(BitConverter.SingleToInt32Bits));
        Assert.Equal([long.MinValue], file.Read<long>("i64").ToArray());
        Assert.Equal([ulong.MaxValue], file.Read<ulong>("u64").ToArray());
        Assert.Equal([Math.PI, double.Epsilon], file.Read<double>("f64").ToArray());
        Assert.Empty(file.Read<float>("none", 0).ToArray());
        Assert.Equal([0L, 3L], file.Shape("none by three"));
        Assert.Equal([1L], file.Read<long>("имя").ToArray());
    }

    [Fact]
    public void A_file_without_tensors_is_a_file()
    {
        using ScratchFolder folder = new();
        new TensorWriter("empty", 1).Save(folder.File("e"));
        using TensorFile file = TensorFile.Open(folder.File("e"), "empty", 1);
        Assert.Empty(file.Names);
        Assert.False(file.Has("x"));
    }

    [Fact]
    public void The_same_tensors_are_the_same_bytes()
    {
        using ScratchFolder folder = new();
        Gen.Select(Gen.Float.Array[0, 20], Gen.Int.Array[0, 20], Gen.Byte.Array[0, 20]).Sample((floats, ints, bytes) =>
        {
            byte[] once = Save(), twice = Save();
            Assert.Equal(once, twice);

            byte[] Save()
            {
                string path = folder.File($"{Environment.CurrentManagedThreadId}");
                new TensorWriter("t", 1).Add<byte>("b", bytes).Add<float>("f", floats).Add<int>("i", ints).Save(path);
                return File.ReadAllBytes(path);
            }
        }, iter: 30);
    }

    [Fact]
    public void What_is_asked_for_must_be_what_is_there()
    {
        using ScratchFolder folder = new();
        string path = Sample(folder);
        Assert.Contains("holds 'test', but 'other' was expected", Refused(path, "other"));
        using TensorFile file = TensorFile.Open(path, "test", 1);
        Assert.Contains("has no tensor 'y'", Assert.Throws<ModelFileException>(() => file.Read<float>("y")).Message);
        Assert.Contains("is F32, but F64 was expected", Assert.Throws<ModelFileException>(() => file.Read<double>("x")).Message);
        Assert.Contains("has shape [2, 3], but [3, 2] was expected", Assert.Throws<ModelFileException>(() => file.Read<float>("x", 3, 2)).Message);
        Assert.Contains("1 dimensions, but 2", Assert.Throws<ModelFileException>(() => file.ReadMatrix("bytes")).Message);
        Assert.Contains("has no tensor 'bytes.starts'", Assert.Throws<ModelFileException>(() => file.ReadRagged<byte>("bytes")).Message);
        new TensorWriter("test", 1).Add<byte>("r", new byte[3]).Add<int>("r.starts", new[] { 0, 4 }).Save(folder.File("ragged"));
        using TensorFile ragged = TensorFile.Open(folder.File("ragged"), "test", 1);
        Assert.Contains("is damaged", Assert.Throws<ModelFileException>(() => ragged.ReadRagged<byte>("r")).Message);
        new TensorWriter("test", 2).Save(folder.File("new"));
        Assert.Contains("layout version '2', but this program reads 1 to 1", Refused(folder.File("new"), "test"));
        Assert.Contains("there is no such file", Refused(folder.File("nowhere"), "test"));
        Assert.Contains("there is no such file", Refused(folder.File("no/where"), "test"));
        Assert.Contains("cannot be read", Refused(folder.Path, "test"));
    }

    [Fact]
    public void A_closed_file_gives_no_memory()
    {
        using ScratchFolder folder = new();
        TensorFile file = TensorFile.Open(Sample(folder), "test", 1);
        ReadOnlyMemory<float> values = file.Read<float>("x");
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => values.Span.Length);
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        using ScratchFolder folder = new();
        byte[] whole = File.ReadAllBytes(Sample(folder));
        string path = folder.File("cut");
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole.AsSpan(0, length));
            Assert.StartsWith(path + ": ", Refused(path, "test"));
        }

        File.WriteAllBytes(path, [.. whole, 0]);
        Refused(path, "test");
    }

    [Fact]
    public void A_flipped_bit_anywhere_is_refused()
    {
        using ScratchFolder folder = new();
        byte[] whole = File.ReadAllBytes(Sample(folder));
        string path = folder.File("flipped");
        int header = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(whole);
        for (int bit = 0; bit < whole.Length * 8; bit += bit < header * 8 ? 1 : 13)
        {
            whole[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(path, whole);
            Assert.StartsWith(path + ": ", Refused(path, "test"));
            whole[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    /// <summary>Any bytes at all: refused with a name, never another exception.</summary>
    [Fact]
    public void Noise_is_refused()
    {
        using ScratchFolder folder = new();
        Gen.Select(Gen.Byte.Array[0, 200], Gen.String[0, 60], Gen.Bool).Sample((noise, json, asHeader) =>
        {
            string path = folder.File($"{Environment.CurrentManagedThreadId}");
            File.WriteAllBytes(path, asHeader ? WithHeader("{" + json, noise) : noise);
            Refused(path, "test");
        }, iter: 2000);
    }

    public static TheoryData<string, int, string> Foreign => new()
    {
        { """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "not one of Segue's" },
        { """{"__metadata__":{"format":"pt"},"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "not one of Segue's" },
        { """{"x":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}""", 4, "'BF16', which Segue never writes" },
        { """{"__metadata__":{"segue":"test"}}""", 0, "layout version ''" },
        { """{"__metadata__":{"segue":"test","version":"0"}}""", 0, "layout version '0'" },
        { """{"__metadata__":{"segue":"test","version":"1"}}""", 0, "carries no checksum" },
        { """{"__metadata__":{"segue":"test","version":"1","xxh128":"00000000000000000000000000000000"}}""", 0, "checksum does not agree" },
        { """{"__metadata__":{"segue":"test","version":"1","xxh128":"00"}}""", 0, "carries no checksum" },
        { """{"__metadata__":{"segue":{"segue":"test"}}}""", 0, "damaged header" },
        { """{"__metadata__":[]}""", 0, "damaged header" },
        { """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,12]}}""", 8, "does not lie in the file" },
        { """{"x":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 8, "does not lie in the file" },
        { """{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "does not lie in the file" },
        { """{"x":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}}""", 8, "does not lie in the file" },
        { """{"x":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "damaged header" },
        { """{"x":{"dtype":"U8","shape":[9223372036854775800],"data_offsets":[8,-9223372036854775808]}}""", 16, "does not lie in the file" },
        { """{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"y":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}""", 6, "gaps or overlaps" },
        { """{"x":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", 8, "gaps or overlaps" },
        { """{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", 8, "8 bytes of data, but its header speaks of 4" },
        { """{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"x":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", 8, "stands twice" },
        { """{"x":{"dtype":"F32","shape":[0.5],"data_offsets":[0,2]}}""", 2, "damaged header" },
        { """{"x":{"dtype":7,"shape":[2],"data_offsets":[0,8]}}""", 8, "damaged header" },
        { """{"x":{"shape":[2],"data_offsets":[0,8]}}""", 8, "damaged header" },
        { """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", 8, "damaged header" },
        { """{"x":5}""", 8, "damaged header" },
        { "[]", 0, "damaged header" },
        { "null", 0, "damaged header" },
        { "{}", 0, "not one of Segue's" },
    };

    [Theory]
    [MemberData(nameof(Foreign))]
    public void A_foreign_or_lying_header_is_refused_and_says_why(string header, int dataBytes, string why)
    {
        using ScratchFolder folder = new();
        File.WriteAllBytes(folder.File("f"), WithHeader(header, new byte[dataBytes]));
        Assert.Contains(why, Refused(folder.File("f"), "test"));
    }

    [Fact]
    public void Deep_and_huge_headers_are_refused_without_harm()
    {
        using ScratchFolder folder = new();
        string path = folder.File("f");
        File.WriteAllBytes(path, WithHeader("{\"x\":" + new string('[', 100_000) + new string(']', 100_000) + "}", []));
        Assert.Contains("damaged header", Refused(path, "test"));
        foreach (ulong length in (ulong[])[0, 1, 17 << 20, 1L << 40, long.MaxValue, 1ul << 63, ulong.MaxValue, ulong.MaxValue - 7])
        {
            byte[] bytes = new byte[64];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
            File.WriteAllBytes(path, bytes);
            Assert.Contains("not a safetensors file", Refused(path, "test"));
        }
    }

    /// <summary>The checksum stands in the header that it covers: a value that looks like it must not be mistaken for it.</summary>
    [Fact]
    public void A_note_that_looks_like_the_checksum_fools_nobody()
    {
        using ScratchFolder folder = new();
        new TensorWriter("test", 1) { Metadata = { ["a"] = "\"xxh128\":\"", ["xxh12"] = "x" } }.Add<byte>("\"xxh128\":\"", new byte[] { 1 }).Save(folder.File("f"));
        using TensorFile file = TensorFile.Open(folder.File("f"), "test", 1);
        Assert.Equal([1], file.Read<byte>("\"xxh128\":\"").ToArray());
    }

    [Fact]
    public void A_writer_refuses_what_could_not_be_read()
    {
        TensorWriter writer = new TensorWriter("test", 1).Add<byte>("x", new byte[2]);
        Assert.Throws<ArgumentException>(() => writer.Add<byte>("x", new byte[2]));
        Assert.Throws<ArgumentException>(() => writer.Add<byte>("__metadata__", new byte[2]));
        Assert.Throws<ArgumentException>(() => writer.Add<byte>("y", new byte[2], 3));
        Assert.Throws<ArgumentException>(() => writer.Add<byte>("y", new byte[2], -1, -2));
        Assert.Throws<NotSupportedException>(() => writer.Add<char>("y", new char[2]));
        writer.Metadata["version"] = "7";
        using ScratchFolder folder = new();
        Assert.Throws<InvalidOperationException>(() => writer.Save(folder.File("f")));
    }

    /// <summary>The format's page: N as u64 LE, N bytes of JSON that begins with '{' (spaces may follow), offsets from the header's end, no
    /// gaps.</summary>
    [Fact]
    public void Any_safetensors_reader_can_read_ours()
    {
        using ScratchFolder folder = new();
        byte[] file = File.ReadAllBytes(Sample(folder));
        int n = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        Assert.Equal((byte)'{', file[8]);
        Assert.Equal(0, (8 + n) % 8);
        using JsonDocument header = JsonDocument.Parse(Encoding.UTF8.GetString(file, 8, n));
        long end = 0;
        foreach (JsonProperty tensor in header.RootElement.EnumerateObject())
        {
            if (tensor.Name == "__metadata__")
            {
                Assert.All(tensor.Value.EnumerateObject(), m => Assert.Equal(JsonValueKind.String, m.Value.ValueKind));
                continue;
            }

            Assert.Equal(["data_offsets", "dtype", "shape"], tensor.Value.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
            long[] offsets = [.. tensor.Value.GetProperty("data_offsets").EnumerateArray().Select(o => o.GetInt64())];
            Assert.Equal(end, offsets[0]);
            end = offsets[1];
        }

        Assert.Equal(file.Length, 8 + n + end);
        long[] x = [.. header.RootElement.GetProperty("x").GetProperty("data_offsets").EnumerateArray().Select(o => o.GetInt64())];
        Assert.Equal([1, 2, 3, 4, 5, 6.5f], MemoryMarshal.Cast<byte, float>(file.AsSpan(8 + n + (int)x[0], (int)(x[1] - x[0]))).ToArray());

        // And the checksum is what the class's page says: XXH128 of the file with its digits as zeros.
        string digits = header.RootElement.GetProperty("__metadata__").GetProperty("xxh128").GetString()!;
        file.AsSpan(file.AsSpan().IndexOf(Encoding.ASCII.GetBytes(digits)), 32).Fill((byte)'0');
        Assert.Equal(digits, Convert.ToHexStringLower(XxHash128.Hash(file)));
    }

    private static string Sample(ScratchFolder folder)
    {
        string path = folder.File("sample.safetensors");
        new TensorWriter("test", 1).Add<byte>("bytes", Enumerable.Range(0, 301).Select(i => (byte)(i * 7)).ToArray())
            .Add<float>("x", new[] { 1, 2, 3, 4, 5, 6.5f }, 2, 3).Add<long>("none", ReadOnlyMemory<long>.Empty).Save(path);
        return path;
    }

    private static byte[] WithHeader(string json, byte[] data)
    {
        byte[] header = Encoding.UTF8.GetBytes(json), length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        return [.. length, .. header, .. data];
    }

    private static string Refused(string path, string magic)
    {
        ModelFileException e = Assert.Throws<ModelFileException>(() => TensorFile.Open(path, magic, 1).Dispose());
        Assert.Equal(path, e.Path);
        Assert.DoesNotContain('\n', e.Message);
        return e.Message;
    }
}
