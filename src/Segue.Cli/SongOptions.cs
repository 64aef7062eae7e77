using System.CommandLine;
using Segue.Asking;
using Segue.Import;
using Segue.Recommending;

namespace Segue.Cli;

/// <summary>From options to the one request that every command about songs makes.</summary>
internal static class SongOptions
{
    public static readonly Option<string[]> Song = new("--song")
    {
        Description = "Songs like this one (repeatable)",
        HelpName = "\"TITLE - ARTIST\"",
        DefaultValueFactory = _ => [],
    };

    public static readonly Option<string[]> SongId = new("--song-id")
    {
        Description = "The same by track id (repeatable)",
        HelpName = "ID",
        DefaultValueFactory = _ => [],
    };

    public static readonly Option<double> Taste = new Option<double>("--taste")
    {
        Description = $"0 listens to the mood alone, 1 to taste alone (default: {PipelineOptions.TasteWithOwnMood}, with a wish {PipelineOptions.TasteWithWish})",
        HelpName = "0..1",
    }.Between(0, 1);

    public static readonly Option<double> Discovery = new Option<double>("--discovery")
    {
        Description = "0 prefers the known of songs that fit alike; towards 1 songs that few know",
        HelpName = "0..1",
        DefaultValueFactory = _ => 0,
    }.Between(0, 1);

    /// <summary>How the sides are weighed, for every command that asks for a listener.</summary>
    public static readonly Option[] Weights = [Taste, Discovery];

    /// <summary>The request that the options make; one that a command does not offer has its default.</summary>
    /// <param name="session">The options.</param>
    /// <param name="listener">Who asks; null for nobody.</param>
    public static SongRequest Of(Session session, Listener? listener) => new()
    {
        For = listener,
        Mood = session.Get(MoodOptions.Mood),
        Targets = [.. session.List(MoodOptions.Target)],
        MoreLike = [.. session.List(MoodOptions.MoreLike)],
        LessLike = [.. session.List(MoodOptions.LessLike)],
        Shifts = [.. session.List(MoodOptions.Shift)],
        Songs = [.. session.List(Song)],
        SongIds = [.. session.List(SongId)],
        Count = FilterOptions.CountOf(session),
        Taste = session.Has(Taste) ? session.Get(Taste) : null,
        Discovery = session.Get(Discovery),
        Diversity = session.Get(FilterOptions.Diversity),
        MaxPerArtist = session.Has(FilterOptions.MaxPerArtist) ? session.Get(FilterOptions.MaxPerArtist) : new SongRequest().MaxPerArtist,
        MaxPerGenre = session.Has(FilterOptions.MaxPerGenre) ? session.Get(FilterOptions.MaxPerGenre) : null,
        ExcludeHeard = FilterOptions.Says(session, FilterOptions.ExcludeHeard, otherwise: true),
        Genres = [.. session.List(FilterOptions.Genre)],
        NotGenres = [.. session.List(FilterOptions.NotGenre)],
        NotArtists = [.. session.List(FilterOptions.NotArtist)],
        Explicit = FilterOptions.Says(session, FilterOptions.Explicit, otherwise: true),
        PopularityMin = session.Get(FilterOptions.PopularityMin),
        PopularityMax = session.Has(FilterOptions.PopularityMax) ? session.Get(FilterOptions.PopularityMax) : new SongRequest().PopularityMax,
        Years = session.Get(FilterOptions.Year),
        Tempo = session.Get(FilterOptions.Bpm),
        Among = session.Get(FilterOptions.Among) is string file ? SongList.Read(file, session.Cancellation) : null,
    };
}
