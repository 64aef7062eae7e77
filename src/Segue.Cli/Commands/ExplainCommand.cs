using System.CommandLine;
using System.Text.Json.Nodes;
using Segue.Catalogue;
using Segue.Factorization;
using Spectre.Console;
using Profile = Segue.Interactions.Profile;

namespace Segue.Cli.Commands;

/// <summary>The exact contributions behind a score, and what would change it.</summary>
internal static class ExplainCommand
{
    private const int CounterfactualsMax = 5;

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
        .With(RecommendCommand.Weights).With(FilterOptions.ExcludeHeard, Count)
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
        (string? name, string? song) = (session.Get(s_artist), session.Get(s_song));
        if (name is null == song is null)
            throw new WrongUsageException("say what to explain: the name of an artist, or --song \"TITLE - ARTIST\"");
        if (song is not null)
        {
            ExplainSong.Run(session, song);
            return;
        }

        TasteModel taste = TasteModel.LoadWithSongs(session.Home);
        Artists artists = taste.Plays.Artists;
        Profile profile = ListenerOptions.Profile(session, taste.Plays);
        int artist = artists.Resolve(name!);
        AlsExplanation why = taste.Model.Explain(profile, artist);
        AlsCounterfactual asItIs = taste.Model.Without(profile, artist);
        (AlsPart Part, AlsCounterfactual Without)[] what = [.. why.Parts
            .Where(p => p.Artist != artist).Take(CounterfactualsMax)
            .Select(p => (p, taste.Model.Without(profile, artist, p.Artist)))];
        if (session.Json)
        {
            session.WriteJson(ToJson(session, taste, why, asItIs, what));
            return;
        }

        bool heard = Array.BinarySearch(profile.Artists, artist) >= 0;
        session.Say($"{artists.Names[artist]} for {ListenerOptions.Describe(session)}: score {why.Score:0.000}, "
            + (heard ? "already heard." : $"number {asItIs.Rank} of {artists.Count - profile.Artists.Length:N0} unheard artists."));
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumn("from the history").AddColumn(new TableColumn("part").RightAligned()).AddColumn(new TableColumn("share").RightAligned()).AddColumn("without it");
        int shown = Math.Min(session.Get(Count), why.Parts.Count);
        foreach (AlsPart part in why.Parts.Take(shown))
        {
            string without = what.FirstOrDefault(w => w.Part.Artist == part.Artist) is { Without: { Rank: > 0 } counter } ? $"would be number {counter.Rank}" : "";
            table.AddRow(new Text(artists.Names[part.Artist]), new Text($"{part.Part:+0.0000;-0.0000;0.0000}"), new Text($"{part.Part / why.Score:0%}"),
                new Text(without));
        }

        if (why.Parts.Count > shown)
            table.AddRow(new Text($"{why.Parts.Count - shown} more"), new Text($"{why.Parts.Skip(shown).Sum(p => p.Part):+0.0000;-0.0000;0.0000}"),
                new Text(""), new Text(""));
        AddSide(table, why, session.Get(Count));
        table.AddRow(new Text("sum = score"), new Text($"{Sum(why):+0.0000;-0.0000;0.0000}"), new Text("100%"), new Text(""));
        session.Terminal.Ansi().Write(table);
    }

    /// <summary>What tags and friends add, where the model knows any.</summary>
    private static void AddSide(Table table, AlsExplanation why, int count)
    {
        foreach (TagPart tag in why.Tags.Take(count))
            Row($"tag {tag.Tag}", tag.Part);
        if (why.Tags.Count > count)
            Row($"{why.Tags.Count - count} more tags", why.Tags.Skip(count).Sum(t => t.Part));
        if (why.Friends.Of > 0)
            Row($"{why.Friends.Playing} of {why.Friends.Of} friends play it", why.Friends.Part);

        void Row(string what, double part) =>
            table.AddRow(new Text(what), new Text($"{part:+0.0000;-0.0000;0.0000}"), new Text($"{part / why.Score:0%}"), new Text(""));
    }

    private static double Sum(AlsExplanation why) => why.Parts.Sum(p => p.Part) + why.Tags.Sum(t => t.Part) + why.Friends.Part;

    private static JsonObject ToJson(
        Session session, TasteModel taste, AlsExplanation why, AlsCounterfactual asItIs, (AlsPart Part, AlsCounterfactual Without)[] what) => new()
        {
            ["for"] = ListenerOptions.ToJson(session),
            ["model"] = new JsonObject { ["als"] = taste.Version },
            ["artistId"] = taste.Plays.Artists.Ids[why.Artist],
            ["artist"] = taste.Plays.Artists.Names[why.Artist],
            ["score"] = why.Score,
            ["rank"] = asItIs.Rank,
            ["parts"] = new JsonArray([.. why.Parts.Select(p => (JsonNode?)new JsonObject
            {
                ["artistId"] = taste.Plays.Artists.Ids[p.Artist],
                ["artist"] = taste.Plays.Artists.Names[p.Artist],
                ["part"] = p.Part,
                ["confidence"] = p.Confidence,
            })]),
            ["tags"] = new JsonArray([.. why.Tags.Select(t => (JsonNode?)new JsonObject { ["tag"] = t.Tag, ["part"] = t.Part })]),
            ["friends"] = why.Friends.Of == 0
                ? null
                : new JsonObject { ["playing"] = why.Friends.Playing, ["of"] = why.Friends.Of, ["part"] = why.Friends.Part },
            ["without"] = new JsonArray([.. what.Select(w => (JsonNode?)new JsonObject
            {
                ["artist"] = taste.Plays.Artists.Names[w.Part.Artist],
                ["score"] = w.Without.Score,
                ["rank"] = w.Without.Rank,
            })]),
        };
}
