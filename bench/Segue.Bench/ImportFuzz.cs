using System.IO.Compression;
using System.Text;
using Segue.Import;

namespace Segue.Bench;

/// <summary>
/// Throws damaged files at every reader: a sound file of a format, torn at random places (bytes changed, cut, doubled, moved, quotes and brackets put
/// in), sometimes packed before or after. Whatever comes out must be a ledger that adds up or an error for a person; anything else is a bug. The
/// tests run a few thousand of these, <c>bench/run import-fuzz</c> as many as there is time for. An input is a function of its number.
/// </summary>
internal static class ImportFuzz
{
    private static readonly byte[][] s_seeds = [.. new[]
    {
        "userID\tartistID\tweight\r\n2\t51\t13883\r\n2\t52\t11690\r\n3\t51\t2\r\n",
        "id\tname\turl\tpictureURL\n51\tDuran Duran\thttp://x\thttp://y\n52\tMorcheeba\thttp://x\t\n",
        "u1\t3bd73256-3905-4f3a-97e2-8b341527f805\tbetty blowtorch\t2137\nu2\t\tBetty  Blowtorch\t5\n",
        "user_1\t2009-05-04T23:08:57Z\t3bd73256-3905-4f3a-97e2-8b341527f805\tDeep Dish\t\tComposure\n",
        "track_id,artists,track_name,danceability,energy,loudness,speechiness,acousticness,instrumentalness,liveness,valence,tempo\n"
            + "id1,\"A, B;C\",\"Two\n\"\"lines\"\"\",0.6,0.4,-6.7,0.1,0.03,1.01e-06,0.3,0.7,87.9\nid2,\"['A', \"\"B's\"\"]\",c,0,0,0,0,0,0,0,0,0\n",
        """[{"endTime":"2020-08-11 12:47","artistName":"Björk","trackName":"Venus","msPlayed":282000},{"endTime":"","artistName":"a","trackName":"b","msPlayed":4}]""",
        """[{"ts":"2020-08-11T12:47:33Z","ms_played":282000,"master_metadata_track_name":"V","master_metadata_album_artist_name":"B","skipped":true}]""",
        """{"recenttracks":{"track":[{"artist":{"#text":"Low"},"name":"T","album":{"#text":""},"date":{"uts":"1597150320"}},{"artist":{"name":"L"},"name":"T"}]}}""",
        """{"listened_at":1597150020,"track_metadata":{"artist_name":"B","track_name":"V","additional_info":{"spotify_id":"https://x/1"}}}""" + "\n",
        "\"uts\",\"utc_time\",\"artist\",\"artist_mbid\",\"album\",\"album_mbid\",\"track\",\"track_mbid\"\n"
            + "\"1597150020\",\"11 Aug 2020, 12:47\",\"B\",\"\",\"D\",\"\",\"V\",\"\"\n",
        "Björk,Debut,Venus as a Boy,11 Aug 2020 12:47\nLow,,Two-Step,11 Aug 2020 12:52\n",
        "#AUDIOSCROBBLER/1.1\n#TZ/UTC\nBjörk\tDebut\tVenus\t3\t282\tL\t1597150020\t\nBlur\tBlur\tSong 2\t2\t120\tS\t1597150400\t\n",
        "# mine\nMassive Attack\nLow - Two-Step\n#EXTINF:1,a - b\n",
        """{"user":"ann","artist":"B","plays":3,"x":{"y":[1,2]}}""" + "\n" + """{"user":"bob","artist":"C","plays":"4","x":null}""" + "\n",
    }.Select(Encoding.UTF8.GetBytes), ParquetFiles.Plays(200), ParquetFiles.Tracks(40)];

    private static readonly byte[][] s_pieces = [.. new[]
    {
        "\"", "\n", "\r\n", "\t", ",", ";", "{", "}", "[", "\\", "\\ud800", "1e999", "-1", "NaN", "\u0000", "\u00fe", "null", "99999999999999999999", "#",
    }
        .Select(Encoding.Latin1.GetBytes)];

    public static int Run(string[] args)
    {
        Arguments given = new(args, "inputs", "from");
        int inputs = given.Int("inputs", 1_000_000), from = given.Int("from", 0), read = 0, refused = 0;
        string folder = Directory.CreateTempSubdirectory("segue-fuzz").FullName;
        Parallel.For(from, from + inputs, number =>
        {
            string path = Path.Combine(folder, Environment.CurrentManagedThreadId.ToString());
            if (Try(number, path))
                Interlocked.Increment(ref read);
            else
                Interlocked.Increment(ref refused);
        });
        Directory.Delete(folder, recursive: true);
        Console.WriteLine($$"""{"inputs":{{inputs}},"read":{{read}},"refused":{{refused}},"bugs":0}""");
        return 0;
    }

    /// <summary>Reads one damaged file in both ways.</summary>
    /// <returns>Whether it could be read; false when it was refused with an error for a person.</returns>
    /// <exception cref="InvalidOperationException">A bug: any other exception, or books that do not add up.</exception>
    public static bool Try(int number, string path)
    {
        File.WriteAllBytes(path, Input(number));
        ImportOptions lenient = new() { RejectedShareMax = 1 };
        try
        {
            Ledger ledger = number % 2 == 0 ? Importer.Read([path], lenient).Ledger : HistoryReader.Read([path], null, lenient).Ledger;
            return ledger.Reconciles ? true : throw new InvalidOperationException($"input {number}: the ledger does not add up");
        }
        catch (SegueException e) when (!e.Message.Contains('\n'))
        {
            return false;
        }
        catch (Exception e) when (!e.Message.StartsWith("input ", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"input {number}: {e.GetType().Name} {e.Message}", e);
        }
    }

    public static byte[] Input(int number)
    {
        Random random = new(number);
        List<byte> bytes = [.. s_seeds[random.Next(s_seeds.Length)]];
        int packing = random.Next(20);
        if (packing == 0)
            bytes = [.. Gzip([.. bytes])];
        else if (packing == 1)
            bytes = [.. Zip([.. bytes])];
        else if (packing == 2)
            bytes = [0xff, 0xfe, .. Encoding.Unicode.GetBytes(Encoding.UTF8.GetString([.. bytes]))];
        for (int i = random.Next(6); i > 0 && bytes.Count > 0; i--)
            Tear(bytes, random);
        return packing == 3 ? Gzip([.. bytes]) : [.. bytes];
    }

    private static void Tear(List<byte> bytes, Random random)
    {
        int at = random.Next(bytes.Count), length = Math.Min(random.Next(1, 40), bytes.Count - at);
        switch (random.Next(6))
        {
            case 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1:
                bytes.RemoveRange(at, length);
                break;
            case 2:
                bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                break;
            case 3:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 4:
                bytes.InsertRange(at, s_pieces[random.Next(s_pieces.Length)]);
                break;
            default:
                bytes.InsertRange(at, Enumerable.Repeat(bytes[at], random.Next(300)));
                break;
        }
    }

    private static byte[] Gzip(byte[] content)
    {
        MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
            gzip.Write(content);
        return packed.ToArray();
    }

    private static byte[] Zip(byte[] content)
    {
        MemoryStream packed = new();
        using (ZipArchive zip = new(packed, ZipArchiveMode.Create))
        {
            using Stream entry = zip.CreateEntry("a/b.csv").Open();
            entry.Write(content);
        }

        return packed.ToArray();
    }
}
