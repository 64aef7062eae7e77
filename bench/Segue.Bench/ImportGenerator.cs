using System.Buffers.Text;
using System.Text;
using Parquet.Schema;

namespace Segue.Bench;

/// <summary>
/// Files of invented data in the shape of the large public sets: Last.fm-360K (listener's sha1, artist's MBID, name, plays; 49 rows a listener,
/// artists drawn with Zipf's law, some without MBID, some names in another case), Last.fm-1K (events of a thousand listeners), and Spotify's 1.2
/// million tracks; the first as Parquet too.
/// </summary>
internal static class ImportGenerator
{
    private const int ArtistCount = 290_000;

    public static int Run(string[] args)
    {
        Arguments given = new(args, "shape", "rows", "out", "seed");
        using FileStream file = new(given.Require("out"), FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        int rows = given.Int("rows", 17_559_530);
        Random random = new(given.Int("seed", 1));
        switch (given.Get("shape", "360k"))
        {
            case "360k":
                Write360K(file, rows, random);
                break;
            case "1k":
                Write1K(file, rows, random);
                break;
            case "parquet":
                WriteParquet(file, rows, random);
                break;
            case "tracks":
                WriteTracks(file, rows, random);
                break;
            case var other:
                throw new SegueException($"--shape is 360k, 1k, parquet or tracks, not '{other}'");
        }

        return 0;
    }

    private static void Write360K(FileStream file, int rows, Random random)
    {
        (byte[][] mbids, byte[][] names) = Artists(random);
        double[] popularity = Zipf(ArtistCount, 0.85);
        byte[] line = new byte[512];
        byte[] user = [];
        for (int i = 0, left = 0; i < rows; i++, left--)
        {
            if (left <= 0)
                (user, left) = (Hex(random, 20), 2 + random.Next(95));
            int artist = Draw(popularity, random);
            int at = Put(line, 0, user);
            at = Put(line, at, artist % 71 == 0 ? [] : mbids[artist]);
            at = Put(line, at, random.Next(50) == 0 ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(names[artist]).ToUpperInvariant()) : names[artist]);
            Utf8Formatter.TryFormat((int)Math.Exp(4.3 + 1.2 * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5)), line.AsSpan(at), out int digits);
            line[at + digits] = (byte)'\n';
            file.Write(line, 0, at + digits + 1);
        }
    }

    /// <summary>The columns of Last.fm-360K, a million rows a group.</summary>
    private static void WriteParquet(FileStream file, int rows, Random random)
    {
        const int RowsAGroup = 1_000_000;
        (byte[][] mbids, byte[][] names) = Artists(random);
        double[] popularity = Zipf(ArtistCount, 0.85);
        ParquetSchema schema = new(
            new DataField("user", typeof(string)),
            new DataField("artistid", typeof(string)),
            new DataField("artist", typeof(string)),
            new DataField("plays", typeof(int), false));
        string user = "";
        int left = 0;
        ParquetFiles.Write(file, schema, (rows + RowsAGroup - 1) / RowsAGroup, async (group, fields, g) =>
        {
            int count = Math.Min(RowsAGroup, rows - g * RowsAGroup);
            string[] users = new string[count], ids = new string[count], artists = new string[count];
            int[] plays = new int[count];
            for (int i = 0; i < count; i++, left--)
            {
                if (left <= 0)
                    (user, left) = (Encoding.ASCII.GetString(Hex(random, 20)), 2 + random.Next(95));
                int artist = Draw(popularity, random);
                (users[i], ids[i], artists[i]) = (user, Encoding.ASCII.GetString(mbids[artist]), Encoding.ASCII.GetString(names[artist]));
                plays[i] = (int)Math.Exp(4.3 + 1.2 * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5));
            }

            await group.WriteAsync(fields[0], users);
            await group.WriteAsync(fields[1], ids);
            await group.WriteAsync(fields[2], artists);
            await group.WriteAsync<int>(fields[3], plays);
        });
    }

    private static void Write1K(FileStream file, int rows, Random random)
    {
        (byte[][] mbids, byte[][] names) = Artists(random);
        double[] popularity = Zipf(ArtistCount, 0.85);
        DateTimeOffset time = new(2005, 1, 1, 0, 0, 0, TimeSpan.Zero);
        byte[] line = new byte[512];
        for (int i = 0; i < rows; i++)
        {
            int user = (int)((long)i * 992 / rows), artist = Draw(popularity, random);
            int at = Put(line, 0, Encoding.ASCII.GetBytes($"user_{user:000000}"));
            time = time.AddSeconds(200);
            at = Put(line, at, Encoding.ASCII.GetBytes(time.ToString("yyyy-MM-ddTHH:mm:ssZ")));
            at = Put(line, at, mbids[artist]);
            at = Put(line, at, names[artist]);
            at = Put(line, at, mbids[(artist * 31 + (i & 7)) % ArtistCount]);
            at = Put(line, at, names[(artist + (i & 7)) % ArtistCount]);
            line[at - 1] = (byte)'\n';
            file.Write(line, 0, at);
        }
    }

    private static void WriteTracks(FileStream file, int rows, Random random)
    {
        (byte[][] mbids, byte[][] names) = Artists(random);
        using StreamWriter writer = new(file, new UTF8Encoding(false), 1 << 20, leaveOpen: true);
        writer.Write("id,name,album,album_id,artists,artist_ids,track_number,disc_number,explicit,danceability,energy,key,loudness,mode,speechiness,acousticness,");
        writer.Write("instrumentalness,liveness,valence,tempo,duration_ms,time_signature,year,release_date\n");
        for (int i = 0; i < rows; i++)
        {
            string a = Encoding.UTF8.GetString(names[random.Next(ArtistCount)]), b = Encoding.UTF8.GetString(mbids[i % ArtistCount]);
            writer.Write($"{i:x22},\"Song, {a} {i % 97}\",Album {i / 12},{b},\"['{a}', 'Guest {i % 1000}']\",\"['{b}']\",{i % 12 + 1},1,False");
            for (int f = 0; f < 10; f++)
            {
                writer.Write(',');
                writer.Write(f switch { 2 => random.Next(12), 3 => -random.NextDouble() * 30, 4 => random.Next(2), _ => Math.Round(random.NextDouble(), 4) });
            }

            writer.Write($",{60 + random.NextDouble() * 140:0.000},{random.Next(60_000, 400_000)},4.0,2008,2008-01-01\n");
        }
    }

    private static (byte[][] Mbids, byte[][] Names) Artists(Random random)
    {
        byte[][] mbids = new byte[ArtistCount][], names = new byte[ArtistCount][];
        for (int a = 0; a < ArtistCount; a++)
        {
            string hex = Encoding.ASCII.GetString(Hex(random, 16));
            mbids[a] = Encoding.ASCII.GetBytes($"{hex[..8]}-{hex[8..12]}-{hex[12..16]}-{hex[16..20]}-{hex[20..]}");
            names[a] = Encoding.UTF8.GetBytes($"band {hex[..(4 + a % 9)]} of {a}");
        }

        return (mbids, names);
    }

    private static byte[] Hex(Random random, int bytes)
    {
        byte[] raw = new byte[bytes];
        random.NextBytes(raw);
        return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(raw));
    }

    /// <summary>The cumulative shares of artists whose k-th has weight (k + 1)^−exponent.</summary>
    private static double[] Zipf(int count, double exponent)
    {
        double[] sums = new double[count];
        double sum = 0;
        for (int k = 0; k < count; k++)
            sums[k] = sum += Math.Pow(k + 1, -exponent);
        for (int k = 0; k < count; k++)
            sums[k] /= sum;
        return sums;
    }

    private static int Draw(double[] sums, Random random)
    {
        int at = Array.BinarySearch(sums, random.NextDouble());
        return Math.Min(at < 0 ? ~at : at, sums.Length - 1);
    }

    private static int Put(byte[] line, int at, ReadOnlySpan<byte> field)
    {
        field.CopyTo(line.AsSpan(at));
        line[at + field.Length] = (byte)'\t';
        return at + field.Length + 1;
    }
}
