namespace Segue.Import;

/// <summary>A file of a data set.</summary>
/// <param name="Name">Its name in the archive, and on disk.</param>
/// <param name="Sha256">Lower-case hex; null where nobody publishes it. Then what comes first is remembered, and what comes later must equal
/// it.</param>
/// <param name="Md5">Lower-case hex, where the set's owners publish it.</param>
public sealed record SourceFile(string Name, string? Sha256, string? Md5 = null);

/// <summary>A public data set: where it lives, what may be done with it, and how to know that it arrived whole.</summary>
/// <param name="Name">What <c>segue data get</c> takes.</param>
/// <param name="About">One line.</param>
/// <param name="License">What its owners allow, shown before anything is downloaded.</param>
/// <param name="Url">Its public home.</param>
/// <param name="Files">The files that are used.</param>
/// <param name="BytesMax">More than this, packed or unpacked, is not the data set; it bounds what a broken server or archive can write.</param>
public sealed record DataSource(string Name, string About, string License, Uri Url, IReadOnlyList<SourceFile> Files, long BytesMax)
{
    private static readonly string[] s_packed = [".zip", ".tar.gz", ".tgz"];

    /// <summary>What the download is called: the last part of the address, or the file itself where a person fetches it.</summary>
    public string DownloadName => ByHand is null ? Url.Segments[^1] : Files[0].Name;

    /// <summary>Bytes to fetch, about, where it is known; 0 where not.</summary>
    public long BytesAbout { get; init; }

    /// <summary>What a person has to do first, where the home gives nothing to a program: sign in, and take the file with <c>--from</c>. Null where
    /// it does.</summary>
    public string? ByHand { get; init; }

    /// <summary>Whether the files come in an archive.</summary>
    public bool IsPacked => s_packed.Any(e => DownloadName.EndsWith(e, StringComparison.OrdinalIgnoreCase));
}

/// <summary>Every data set that can be fetched. One more is one more row.</summary>
public static class DataSources
{
    private const string Celma = "non-commercial use only, with permission of Last.fm; "
        + "cite O. Celma, Music Recommendation and Discovery in the Long Tail, Springer 2010 (ocelma.net/MusicRecommendationDataset)";

    /// <summary>Every set, in the order in which lists show them.</summary>
    public static IReadOnlyList<DataSource> All { get; } =
    [
        new DataSource(
            "lastfm-2k",
            "HetRec 2011 Last.fm-2K: 92,834 plays of 17,632 artists by 1,892 listeners, with their tags and friends",
            "non-commercial use only, no redistribution; cite Cantador, Brusilovsky and Kuflik, HetRec 2011 (grouplens.org/datasets/hetrec-2011)",
            new Uri("https://files.grouplens.org/datasets/hetrec2011/hetrec2011-lastfm-2k.zip"),
            [
                new SourceFile("user_artists.dat", "001400dc3c7d2667fca6e4ea6dc6acc31a9dd28ad5cd0f74cea988c019934d3b"),
                new SourceFile("artists.dat", "c173881362c6b28551368fecb3c0be5a6a30a6cd859e1f5775413dfe46d48648"),
                new SourceFile("user_taggedartists.dat", "d31fe938fcfeed6f0059f37a36b156f63674d073fc2553e5cc9dc1595e365bc7"),
                new SourceFile("tags.dat", "e95175f259be4c0c47644ae23d66131cd6d5767142a1405000e79f5584691d70"),
                new SourceFile("user_friends.dat", "9a3a8f7fa5f5ec832335e5b58ed69a4cf27c6f6f6afcde62134810eea46445a7"),
            ],
            BytesMax: 64L << 20),
        new DataSource(
            "spotify-tracks",
            "Spotify Tracks Dataset: 114,000 rows of tracks with audio features in 114 genres",
            "BSD (as stated on Hugging Face) or ODbL (as stated on Kaggle); collected by M. Pandya, 2022, from Spotify's API",
            new Uri("https://huggingface.co/datasets/maharshipandya/spotify-tracks-dataset/resolve/main/dataset.csv"),
            [new SourceFile("dataset.csv", "b202fa49909b2d5cef71a04b1d21243cfeb36414535f2ca9272aa646721177bd")],
            BytesMax: 64L << 20),
        new DataSource(
            "lastfm-360k",
            "Last.fm-360K: 17,559,530 play counts by 359,347 listeners",
            Celma,
            new Uri("https://zenodo.org/records/6090214/files/lastfm-dataset-360K.tar.gz"),
            [new SourceFile("usersha1-artmbid-artname-plays.tsv", null, Md5: "be672526eb7c69495c27ad27803148f1")],
            BytesMax: 4L << 30),
        new DataSource(
            "lastfm-1k",
            "Last.fm-1K: 19,150,868 dated plays by 992 listeners",
            Celma,
            new Uri("https://zenodo.org/records/6090214/files/lastfm-dataset-1K.tar.gz"),
            [new SourceFile("userid-timestamp-artid-artname-traid-traname.tsv", null, Md5: "64747b21563e3d2aa95751e0ddc46b68")],
            BytesMax: 6L << 30)
        {
            BytesAbout = 672_000_000,
        },
        new DataSource(
            "msd-taste",
            "Million Song taste profile: 48,373,586 play counts of songs by 1,019,318 listeners (songs by their Echo Nest id, no names)",
            "research use; cite Bertin-Mahieux, Ellis, Whitman and Lamere, The Million Song Dataset, ISMIR 2011 (millionsongdataset.com/tasteprofile)",
            new Uri("http://millionsongdataset.com/sites/default/files/challenge/train_triplets.txt.zip"),
            [new SourceFile("train_triplets.txt", null)],
            BytesMax: 8L << 30),
        new DataSource(
            "spotify-1.2m",
            "Spotify 1.2M+ Songs: 1,204,025 tracks with audio features, no genres",
            "as stated on Kaggle, where it lives; collected by R. Figueroa, 2020, from Spotify's API",
            new Uri("https://www.kaggle.com/datasets/rodolfofigueroa/spotify-12m-songs"),
            [new SourceFile("tracks_features.csv", null)],
            BytesMax: 2L << 30)
        {
            ByHand = "Kaggle asks who you are: download it in a browser from kaggle.com/datasets/rodolfofigueroa/spotify-12m-songs, then --from the .zip or .csv",
        },
    ];

    /// <exception cref="UnknownNameException">There is no such data set.</exception>
    public static DataSource Find(string name) => All.FirstOrDefault(s => s.Name == name)
        ?? throw new UnknownNameException("data set", name, [.. All.Select(s => s.Name)]);
}
