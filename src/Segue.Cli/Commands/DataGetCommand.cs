using System.CommandLine;
using Segue.Import;
using Segue.Making;

namespace Segue.Cli.Commands;

/// <summary>A public data set -> data/downloads -> data/.</summary>
internal static class DataGetCommand
{
    private static readonly Argument<string> s_name = new("NAME") { Description = "Which data set; 'segue data list' shows them" };

    private static readonly Option<string?> s_from = new("--from")
    {
        Description = "A copy at hand (file or folder), or a mirror's http address",
        HelpName = "PATH|URL",
    };

    private static readonly Option<string?> s_sha256 = new("--sha256")
    {
        Description = "The checksum that the file must have, for a set whose owners publish none (without it the first copy is trusted and remembered)",
        HelpName = "HEX",
    };

    public static Command Create() => new Command("get", "Downloads a data set (resumed where it stopped, checked by SHA-256) and imports it")
        .With(s_name, s_from, s_sha256)
        .WithExamples(
            "segue data get lastfm-2k",
            "segue data get lastfm-360k                           # 17.5 million play counts, for training at scale",
            "segue data get spotify-tracks --from ~/Downloads/dataset.csv",
            "segue data get lastfm-2k --from https://mirror.example/sets/")
        .Runs(Run);

    private static void Run(Session session)
    {
        DataSource source = DataSources.Find(session.Get(s_name));
        session.Note($"segue: {source.About}");
        session.Warn($"segue: licence: {source.License}");
        if (source.BytesAbout > 0)
            session.Note($"segue: about {source.BytesAbout / 1e6:N0} MB to fetch, up to {source.BytesMax / 1e9:0.#} GB on disk");
        DataReport kept;
        using (ProgressBars bars = session.Bars())
        {
            kept = session.Maker.DownloadAsync(source, session.Get(s_from), session.Get(s_sha256), bars, session.Cancellation)
                .GetAwaiter().GetResult();
        }

        DataLines.Tell(session, kept);
    }
}
