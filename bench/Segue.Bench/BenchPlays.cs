using System.Buffers.Text;
using System.IO.Hashing;
using Segue.Interactions;

namespace Segue.Bench;

/// <summary>
/// A plays file as a matrix: user, artist, plays, tab-separated, a header or not. Quick and strict; people's files go through Import. Two passes and
/// no growing list, and a small buffer instead of a mapped file, because benchmarks report the peak of memory.
/// </summary>
internal sealed record BenchPlays(CsrMatrix Counts)
{
    public static BenchPlays Read(string path)
    {
        if (!File.Exists(path))
            throw new DataException(path, 0, "there is no such file");
        long lines = 0;
        ForEachLine(path, _ => lines++);
        int[] rows = new int[lines], columns = new int[lines];
        float[] plays = new float[lines];
        Dictionary<ulong, int> users = [], artists = [];
        int at = 0, number = 0;
        ForEachLine(path, line =>
        {
            number++;
            int tab = line.IndexOf((byte)'\t'), second = tab < 0 ? -1 : line[(tab + 1)..].IndexOf((byte)'\t');
            if (second < 0)
                throw new DataException(path, number, "expected user, artist and plays, tab-separated");
            if (!Utf8Parser.TryParse(line[(tab + second + 2)..], out float count, out _))
            {
                if (number == 1)
                    return; // A header.
                throw new DataException(path, number, "the third column is no number");
            }

            (rows[at], columns[at], plays[at++]) = (Number(users, line[..tab]), Number(artists, line.Slice(tab + 1, second)), count);
        });
        return new BenchPlays(CsrMatrix.FromEntries(users.Count, artists.Count, rows.AsSpan(0, at), columns.AsSpan(0, at), plays.AsSpan(0, at)));
    }

    /// <summary>Dense numbers in the order of appearance; a 64-bit hash stands for the name.</summary>
    private static int Number(Dictionary<ulong, int> numbers, ReadOnlySpan<byte> id)
    {
        ulong hash = XxHash3.HashToUInt64(id);
        if (!numbers.TryGetValue(hash, out int number))
            numbers[hash] = number = numbers.Count;
        return number;
    }

    private static void ForEachLine(string path, Action<ReadOnlySpan<byte>> take)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        byte[] buffer = new byte[1 << 20];
        for (int kept = 0; ;)
        {
            int read = file.Read(buffer, kept, buffer.Length - kept), end = kept + read, start = 0;
            for (int length; (length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n')) >= 0; start += length + 1)
                take(buffer.AsSpan(start, length).TrimEnd((byte)'\r'));
            kept = end - start;
            Buffer.BlockCopy(buffer, start, buffer, 0, kept);
            if (read == 0)
            {
                if (kept > 0)
                    take(buffer.AsSpan(0, kept));
                return;
            }

            if (kept == buffer.Length)
                throw new DataException(path, 0, "has a line of more than 1 MB");
        }
    }
}
