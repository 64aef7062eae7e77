using System.CommandLine;
using System.Text.Json.Nodes;
using Segue.ModelFiles;
using Segue.Mood;
using Segue.Recommending;

namespace Segue.Cli;

/// <summary>A vector database of songs of the home folder.</summary>
internal sealed record MoodModel(string Version, SongIndex Songs)
{
    public static MoodModel Load(SegueHome home, string? version = null)
    {
        (string name, string folder) = home.VdbModels.Find(version, "make one with 'segue build-vdb'");
        return new MoodModel(name, VdbFiles.Load(folder));
    }

    public static bool Exists(SegueHome home) => home.VdbModels.Current() is not null;
}

/// <summary>A mood in words or as feature targets.</summary>
internal static class MoodOptions
{
    public static readonly Option<string?> Mood = new("--mood") { Description = "A wish in your own words", HelpName = "TEXT" };

    public static readonly Option<string[]> Target = new("--target")
    {
        Description = "An audio feature to aim at, such as valence=high, energy=low or tempo=90..110 (repeatable)",
        HelpName = "FEATURE=VALUE",
        DefaultValueFactory = _ => [],
    };

    public static readonly Option<string?> Lexicon = new("--lexicon") { Description = "Your own words, read before the built-in ones", HelpName = "FILE" };

    /// <exception cref="SegueException">Nothing in the wish was understood.</exception>
    public static WishMood Read(Session session, MoodModel model, string text)
    {
        FeatureTarget[] targets = [.. session.Get(Target).Select(FeatureTarget.Parse)];
        Lexicon lexicon = session.Get(Lexicon) is string file ? Segue.Mood.Lexicon.Load(file) : Segue.Mood.Lexicon.Default;
        Wish wish = WishReader.For(model.Songs.Tracks, lexicon).Read(text).With(targets);
        WishMood mood = new(model.Songs, wish);
        return wish.IsEmpty ? throw new SegueException(string.Join("; ", mood.Verdict().Messages)) : mood;
    }

    /// <summary>What was understood, and what a person should know before they look at the answers.</summary>
    public static void WriteReading(Session session, WishMood wish)
    {
        session.Say($"Read as {wish.Wish}");
        foreach (string message in wish.Verdict().Messages.Concat(wish.Wish.Notes))
            session.Say($"Note: {message}");
    }

    public static JsonObject ToJson(this WishMood mood)
    {
        Wish wish = mood.Wish;
        MoodVerdict verdict = mood.Verdict();
        return new JsonObject
        {
            ["summary"] = wish.ToString(),
            ["language"] = wish.Language,
            ["features"] = new JsonArray([.. wish.Wants.Select(w => (JsonNode?)new JsonObject
            {
                ["feature"] = w.Feature.ToString().ToLowerInvariant(),
                ["weight"] = JsonShapes.Round(w.Weight),
                ["phrases"] = JsonShapes.Strings(w.Phrases),
            })]),
            ["ranges"] = JsonShapes.Strings(wish.Ranges.Select(r => r.ToString())),
            ["genres"] = JsonShapes.Strings(wish.Genres.Select(g => g.Phrase)),
            ["notGenres"] = JsonShapes.Strings(wish.ExcludedGenres.Select(e => e.Genre)),
            ["negated"] = JsonShapes.Strings(wish.Negated),
            ["guessed"] = JsonShapes.Strings(MoodReading.Of(wish).Guessed),
            ["notUnderstood"] = JsonShapes.Strings(wish.NotUnderstood),
            ["fits"] = verdict.Fits,
            ["messages"] = JsonShapes.Strings(verdict.Messages.Concat(wish.Notes)),
        };
    }
}
