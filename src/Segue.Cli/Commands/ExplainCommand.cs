using System.CommandLine;
using Segue.Asking;
using Segue.Recommending;

namespace Segue.Cli.Commands;

/// <summary>The exact contributions behind a score, and what would change it.</summary>
internal static class ExplainCommand
{
    private static readonly Argument<string?> s_artist = new("name")
    {
        Description = "The artist whose score is to be explained",
        HelpName = "ARTIST",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private static readonly Option<string?> s_song = new("--song") { Description = "Explain a song instead", HelpName = "\"TITLE - ARTIST\"" };

    public static readonly Option<int> Count = new Option<int>("-n", "--count")
    {
        Description = "How many parts to show",
        HelpName = "N",
        DefaultValueFactory = _ => 10,
    }.AtLeast(1);

    public static Command Create() => new Command("explain", "Why an artist or a song has its score for a listener: parts that add up, and what it would be without each")
        .With(s_artist, s_song).With(ListenerOptions.All).With(MoodOptions.All)
        .With(SongOptions.Weights).With(FilterOptions.ExcludeHeard, Count)
        .WithExamples(
            "segue explain Portishead --user 2",
            "segue explain \"Pet Shop Boys\" --like \"Depeche Mode\" --like Erasure --json",
            "segue explain --song \"Teardrop - Massive Attack\" --user 2 --dislike Coldplay",
            "segue explain --song \"Teardrop - Massive Attack\" --user 2 --mood \"calm and dark\"")
        .Runs(Run);

    private static void Run(Session session)
    {
        if (!ListenerOptions.AnyIn(session))
            throw new WrongUsageException("explain needs a listener: --user, --history or --like");
        (string? artist, string? song) = (session.Get(s_artist), session.Get(s_song));
        if (artist is null == song is null)
            throw new WrongUsageException("say what to explain: the name of an artist, or --song \"TITLE - ARTIST\"");
        Listener listener = ListenerOptions.Of(session);
        using Recommender segue = session.Open();
        if (song is not null)
            ExplainSong(session, segue, listener, song);
        else
            ExplainArtist(session, segue, listener, artist!);
    }

    private static void ExplainArtist(Session session, Recommender segue, Listener listener, string artist)
    {
        ArtistExplanation why = segue.ExplainArtist(new ExplainArtistRequest(artist) { For = listener }, session.Cancellation);
        session.Warn(why.Warnings);
        if (session.Json)
        {
            session.WriteText(AnswerJson.Write(why, indented: true));
            return;
        }

        session.Say($"{why.Artist} for {listener}: score {why.Score:0.000}, "
            + (why.IsHeard ? "already heard." : $"number {why.Rank} of {why.Unheard:N0} unheard artists."));
        AnswerTable table = new AnswerTable().Text("from the history").Number("part").Number("share").Reason("without it");
        int shown = Math.Min(session.Get(Count), why.Parts.Count);
        foreach (ArtistPart part in why.Parts.Take(shown))
        {
            int rank = why.Without.FirstOrDefault(w => w.Artist == part.Artist)?.Rank ?? 0;
            table.Add([part.Artist, Signed(part.Part), $"{part.Part / why.Score:0%}"], rank > 0 ? $"would be number {rank}" : "");
        }

        if (why.Parts.Count > shown)
            table.Add([$"{why.Parts.Count - shown} more", Signed(why.Parts.Skip(shown).Sum(p => p.Part)), ""]);
        AddSide(table, why, session.Get(Count));
        double sum = why.Parts.Sum(p => p.Part) + why.Tags.Sum(t => t.Part) + (why.Friends?.Part ?? 0);
        table.Add(["sum = score", Signed(sum), "100%"]);
        table.Write(session.Terminal);
    }

    /// <summary>What tags and friends add, where the model knows any.</summary>
    private static void AddSide(AnswerTable table, ArtistExplanation why, int count)
    {
        foreach (TagShare tag in why.Tags.Take(count))
            Row($"tag {tag.Tag}", tag.Part);
        if (why.Tags.Count > count)
            Row($"{why.Tags.Count - count} more tags", why.Tags.Skip(count).Sum(t => t.Part));
        if (why.Friends is { } friends)
            Row($"{friends.Playing} of {friends.Of} friends play it", friends.Part);

        void Row(string what, double part) => table.Add([what, Signed(part), $"{part / why.Score:0%}"]);
    }

    private static void ExplainSong(Session session, Recommender segue, Listener listener, string song)
    {
        ExplainSongRequest request = new(song, SongOptions.Of(session, listener) with { Songs = [], Count = new SongRequest().Count });
        if (session.Has(Count))
            request = request with { Count = session.Get(Count) };
        SongExplanation why = segue.ExplainSong(request, session.Cancellation);
        session.Warn(why.Warnings);
        if (session.Json)
        {
            session.WriteText(AnswerJson.Write(why, indented: true));
            return;
        }

        string name = $"{why.Title} - {string.Join(", ", why.Artists)}";
        session.Say($"{name} for {listener}{(why.For.Mood is null ? "" : $", \"{why.For.Mood}\"")}: "
            + $"score {why.Score:0.000}, number {why.Rank:N0} of {why.Of:N0} songs{(why.LeftOut is null ? "." : $"; left out of answers: {why.LeftOut}.")}");
        AnswerTable table = new AnswerTable().Text("part").Number("adds");
        foreach ((string part, double value) in why.Parts.ByName())
            table.Add([part, $"{value:0.0000}"]);
        table.Add(["sum = score", $"{why.Score:0.0000}"]);
        table.Write(session.Terminal);
        foreach (Reason reason in why.Reasons)
            session.Say($"  {reason}");
        foreach (SongCounterfactual other in why.Without)
        {
            string what = other.Kind switch { "artist" => other.Name, "dislike" => $"the dislike of {other.Name}", _ => $"\"{other.Name}\"" };
            session.Say($"  without {what} this would be number {other.Rank:N0} ({other.Score:0.000})");
        }
    }

    private static string Signed(double part) => $"{part:+0.0000;-0.0000;0.0000}";
}
