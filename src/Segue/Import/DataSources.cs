namespace Segue.Import;

/// <summary>A file of a data set.</summary>
/// <param name="Name">Its name in the archive, and on disk.</param>
/// <param name="Sha256">Lower-case hex.</param>
public sealed record SourceFile(string Name, string Sha256);

/// <summary>A public data set: where it lives, what may be done with it, and how to know that it arrived whole.</summary>
/// <param name="Name">What <c>segue data get</c> takes.</param>
/// <param name="About">One line.</param>
/// <param name="License">What its owners allow, shown before anything is downloaded.</param>
/// <param name="Url">Its public home.</param>
/// <param name="Files">The files that are used.</param>
/// <param name="BytesMax">More than this is not the data set; it bounds what a broken server can write.</param>
public sealed record DataSource(string Name, string About, string License, Uri Url, IReadOnlyList<SourceFile> Files, long BytesMax)
{
    /// <summary>The last part of the address.</summary>
    public string DownloadName => Url.Segments[^1];

    public bool IsZip => DownloadName.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);
}

/// <summary>Every data set that can be fetched. One more is one more row.</summary>
public static class DataSources
{
    public static IReadOnlyList<DataSource> All { get; } =
    [
        new DataSource(
            "lastfm-2k",
            "HetRec 2011 Last.fm-2K: 92,834 plays of 17,632 artists by 1,892 listeners",
            "non-commercial use only, no redistribution; cite Cantador, Brusilovsky and Kuflik, HetRec 2011 (grouplens.org/datasets/hetrec-2011)",
            new Uri("https://files.grouplens.org/datasets/hetrec2011/hetrec2011-lastfm-2k.zip"),
            [
                new SourceFile("user_artists.dat", "001400dc3c7d2667fca6e4ea6dc6acc31a9dd28ad5cd0f74cea988c019934d3b"),
                new SourceFile("artists.dat", "c173881362c6b28551368fecb3c0be5a6a30a6cd859e1f5775413dfe46d48648"),
            ],
            BytesMax: 64L << 20),
        new DataSource(
            "spotify-tracks",
            "Spotify Tracks Dataset: 114,000 rows of tracks with audio features in 114 genres",
            "BSD (as stated on Hugging Face) or ODbL (as stated on Kaggle); collected by M. Pandya, 2022, from Spotify's API",
            new Uri("https://huggingface.co/datasets/maharshipandya/spotify-tracks-dataset/resolve/main/dataset.csv"),
            [new SourceFile("dataset.csv", "b202fa49909b2d5cef71a04b1d21243cfeb36414535f2ca9272aa646721177bd")],
            BytesMax: 64L << 20),
    ];

    /// <exception cref="UnknownNameException">There is no such data set.</exception>
    public static DataSource Find(string name) => All.FirstOrDefault(s => s.Name == name)
        ?? throw new UnknownNameException("data set", name, [.. All.Select(s => s.Name)]);
}
