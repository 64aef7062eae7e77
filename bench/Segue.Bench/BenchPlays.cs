using System.Buffers.Text;
using System.IO.MemoryMappedFiles;
using System.IO.Hashing;
using Segue.Interactions;

namespace Segue.Bench;

/// <summary>A plays file as a matrix: user, artist, plays, tab-separated, a header or not. Quick and strict; people's files go through Import.</summary>
internal sealed record BenchPlays(CsrMatrix Counts)
{
    public static unsafe BenchPlays Read(string path)
    {
        if (!File.Exists(path))
            throw new SegueException($"{path}: there is no such file");
        using MemoryMappedFile file = MemoryMappedFile.CreateFromFile(path, FileMode.Open);
        long length = new FileInfo(path).Length;
        using MemoryMappedViewAccessor view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        List<int> users = [], artists = [];
        List<float> plays = [];
        Dictionary<ulong, int> userOf = [], artistOf = [];
        long line = 0;
        for (long at = 0; at < length; line++)
        {
            ReadOnlySpan<byte> rest = new(start + at, (int)Math.Min(length - at, 1 << 20));
            int end = rest.IndexOf((byte)'\n');
            ReadOnlySpan<byte> row = (end < 0 ? rest : rest[..end]).TrimEnd((byte)'\r');
            at += end < 0 ? rest.Length : end + 1;
            int first = row.IndexOf((byte)'\t'), last = row.LastIndexOf((byte)'\t');
            if (first <= 0 || last <= first || !Utf8Parser.TryParse(row[(last + 1)..], out float count, out _))
            {
                if (line == 0 || row.IsEmpty)
                    continue;
                throw new DataFormatException(path, line + 1, "expected user, artist and plays, tab-separated");
            }

            users.Add(Dense(userOf, row[..first]));
            artists.Add(Dense(artistOf, row[(first + 1)..last]));
            plays.Add(count);
        }

        view.SafeMemoryMappedViewHandle.ReleasePointer();
        return new BenchPlays(CsrMatrix.FromEntries(userOf.Count, artistOf.Count, users.ToArray(), artists.ToArray(), plays.ToArray()));
    }

    /// <summary>Dense numbers in the order of appearance; a 64-bit hash stands for the name.</summary>
    private static int Dense(Dictionary<ulong, int> numbers, ReadOnlySpan<byte> name)
    {
        ulong hash = XxHash3.HashToUInt64(name);
        if (!numbers.TryGetValue(hash, out int number))
            numbers[hash] = number = numbers.Count;
        return number;
    }
}
