using System.CommandLine;
using System.Text.Json.Nodes;
using Segue.Catalogue;
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

    public static readonly Option<string[]> MoreLike = new("--more-like")
    {
        Description = "Songs that feel like this song or artist (repeatable)",
        HelpName = "SONG|ARTIST",
        DefaultValueFactory = _ => [],
    };

    public static readonly Option<string[]> LessLike = new("--less-like")
    {
        Description = "Songs that do not feel like this song or artist (repeatable)",
        HelpName = "SONG|ARTIST",
        DefaultValueFactory = _ => [],
    };

    public static readonly Option<string[]> Shift = new("--shift")
    {
        Description = "Like what was named, but moved along a feature by a share of all songs, such as valence=+0.2 (repeatable)",
        HelpName = "FEATURE=+SHARE",
        DefaultValueFactory = _ => [],
    };

    public static readonly Option<string?> Lexicon = new("--lexicon") { Description = "Your own words, read before the built-in ones", HelpName = "FILE" };

    public static readonly Option[] All = [Mood, Target, MoreLike, LessLike, Shift, Lexicon];

    /// <summary>Whether any option asks for a mood.</summary>
    public static bool AnyIn(Session session) => new Option[] { Mood, Target, MoreLike, LessLike, Shift }.Any(session.Has);

    /// <summary>What the options ask for beside the words; <c>--mood</c> itself is <paramref name="text"/>.</summary>
    /// <param name="songs">Songs to be like, already found.</param>
    /// <exception cref="SegueException">Nothing in the wish was understood, or a name is not in the catalogue.</exception>
    public static WishMood Read(Session session, MoodModel model, string text, IReadOnlyList<int>? songs = null)
    {
        Tracks tracks = model.Songs.Tracks;
        FeatureTarget[] targets = [.. session.Get(Target).Select(FeatureTarget.Parse)];
        FeatureShift[] shifts = [.. session.Get(Shift).Select(FeatureShift.Parse)];
        WishReference[] named =
        [
            .. Wish.FromTracks(tracks, songs ?? []).References,
            .. session.Get(MoreLike).Select(name => WishReference.Resolve(tracks, name, Use.Resemble)),
            .. session.Get(LessLike).Select(name => WishReference.Resolve(tracks, name, Use.Avoid)),
        ];
        if (named.Where(n => n.Use == Use.Resemble).IntersectBy(named.Where(n => n.Use == Use.Avoid).Select(n => n.Name), n => n.Name).FirstOrDefault() is { } both)
            throw new WrongUsageException($"'{both.Name}' is to be near and to be away from; name it once");
        string asked = string.Join(", ", named.Select(n => n.ToString()).Append(text).Concat(targets.Select(t => t.ToString()))
            .Concat(shifts.Select(s => s.ToString())).Where(t => t.Length > 0));
        Lexicon lexicon = session.Get(Lexicon) is string file ? Segue.Mood.Lexicon.Load(file) : Segue.Mood.Lexicon.Default;
        Wish wish = WishReader.For(tracks, lexicon, vocabulary: model.Songs.Knowledge).Read(text, named).With(targets).With(shifts) with { Text = asked };
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
            ["concepts"] = new JsonArray([.. wish.Concepts.Select(c => (JsonNode?)new JsonObject
            {
                ["phrase"] = c.Phrase,
                ["concept"] = c.Concept.Name,
                ["kind"] = c.Concept.Kind.ToString().ToLowerInvariant(),
                ["negated"] = c.IsNegated,
            })]),
            ["notGenres"] = JsonShapes.Strings(wish.ExcludedGenres.Select(e => e.Genre)),
            ["like"] = JsonShapes.Strings(wish.References.Where(r => r.Use == Use.Resemble).Select(r => r.Name)),
            ["unlike"] = JsonShapes.Strings(wish.References.Where(r => r.Use == Use.Avoid).Select(r => r.Name)),
            ["negated"] = JsonShapes.Strings(wish.Negated),
            ["guessed"] = JsonShapes.Strings(MoodReading.Of(wish).Guessed),
            ["notUnderstood"] = JsonShapes.Strings(wish.NotUnderstood),
            ["cannotHear"] = JsonShapes.Strings(wish.CannotHear.Concat(wish.OnlyTitles)),
            ["fits"] = verdict.Fits,
            ["messages"] = JsonShapes.Strings(verdict.Messages.Concat(wish.Notes)),
        };
    }
}
