using System.IO.Compression;
using Parquet;
using Parquet.Schema;

namespace Segue.Bench;

/// <summary>Invented data as Parquet, for the fuzzer and the tests.</summary>
internal static class ParquetFiles
{
    private static readonly string[] s_features =
        ["danceability", "energy", "loudness", "speechiness", "acousticness", "instrumentalness", "liveness", "valence", "tempo"];

    /// <summary>Columns <c>user</c> (text), <c>artist.name</c> (text in a structure), <c>plays</c> (whole number); all may be null; two row
    /// groups.</summary>
    public static byte[] Plays(int rows) => Write(
        new ParquetSchema(
            new DataField("user", typeof(string)),
            new StructField("artist", new DataField("name", typeof(string), true)),
            new DataField("plays", typeof(int), true)),
        groups: 2,
        async (group, fields, g) =>
        {
            int[] numbers = [.. Enumerable.Range(g * (rows / 2), g == 0 ? rows / 2 : rows - rows / 2)];
            await group.WriteAsync(fields[0], [.. numbers.Select(i => $"user {i / 7}")]);
            await group.WriteAsync(fields[1], [.. numbers.Select(i => $"artist {i % 11}")]);
            await group.WriteAsync<int>(fields[2], numbers.Select(i => (int?)(i + 1)).ToArray());
        });

    /// <summary>Tracks with their artists as lists.</summary>
    public static byte[] Tracks(int rows) => Write(
        new ParquetSchema([
            new DataField("track_id", typeof(string)),
            new DataField("name", typeof(string)),
            new ListField("artists", new DataField("element", typeof(string), true)),
            .. s_features.Select(f => new DataField(f, typeof(double), false)),
        ]),
        groups: 1,
        async (group, fields, _) =>
        {
            int[] numbers = [.. Enumerable.Range(0, rows)];
            await group.WriteAsync(fields[0], [.. numbers.Select(i => $"id{i}")]);
            await group.WriteAsync(fields[1], [.. numbers.Select(i => $"song {i}")]);
            await group.WriteAsync(
                fields[2], [.. numbers.SelectMany(i => (string[])[$"A \"{i}\"; B", $"C{i % 3}"])], numbers.SelectMany(_ => (int[])[0, 1]).ToArray().AsMemory());
            foreach (DataField feature in fields[3..])
                await group.WriteAsync<double>(feature, numbers.Select(i => i / (double)rows).ToArray());
        });

    /// <param name="write">Writes the columns of a row group, given its number.</param>
    public static byte[] Write(ParquetSchema schema, int groups, Func<ParquetRowGroupWriter, DataField[], int, Task> write)
    {
        MemoryStream file = new();
        Write(file, schema, groups, write);
        return file.ToArray();
    }

    public static void Write(Stream file, ParquetSchema schema, int groups, Func<ParquetRowGroupWriter, DataField[], int, Task> write)
    {
        WriteAsync().GetAwaiter().GetResult();

        async Task WriteAsync()
        {
            await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, file, new ParquetOptions { CompressionLevel = CompressionLevel.Fastest });
            for (int g = 0; g < groups; g++)
            {
                using ParquetRowGroupWriter group = writer.CreateRowGroup();
                await write(group, schema.DataFields, g);
            }
        }
    }
}
