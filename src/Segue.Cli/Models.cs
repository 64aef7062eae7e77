using System.Text.Json.Nodes;
using Segue.Factorization;
using Segue.Interactions;
using Segue.ModelFiles;
using Segue.Recommending;

namespace Segue.Cli;

/// <summary>A taste model of the home folder, with the plays it was trained on.</summary>
/// <param name="Model">What scores and explains: <paramref name="Als"/> itself, or with tags and friends beside it.</param>
internal sealed record TasteModel(string Version, AlsModel Als, IExplainedTaste Model, Plays Plays)
{
    public static TasteModel Load(SegueHome home, string? version = null)
    {
        (string name, string folder) = home.AlsModels.Find(version, "make one with 'segue train-als'");
        Plays plays = DataFiles.LoadPlays(Path.Combine(folder, DataFiles.PlaysName));
        AlsModel als = AlsFiles.Load(folder);
        return new TasteModel(name, als, SideFiles.LoadBeside(als, plays, folder), plays);
    }

    public static bool Exists(SegueHome home) => home.AlsModels.Current() is not null;

    /// <summary>With the artists of the catalogue that nobody in the plays knows.</summary>
    public TasteModel With(SongIndex songs)
    {
        (IExplainedTaste model, Plays plays) = SongArtists.Join(Model, Plays, songs);
        return this with { Als = model as AlsModel ?? ((SideInformed)model).Als, Model = model, Plays = plays };
    }

    /// <summary>The same where the home folder has a catalogue.</summary>
    public static TasteModel LoadWithSongs(SegueHome home) => MoodModel.Exists(home) ? Load(home).With(MoodModel.Load(home).Songs) : Load(home);
}

/// <summary>JSON in the shapes of the product's contract.</summary>
internal static class JsonShapes
{
    public static JsonNode Round(double value) => JsonValue.Create(double.IsFinite(value) ? Math.Round(value, 6) : 0);

    public static JsonArray Strings(IEnumerable<string> texts) => [.. texts.Select(t => (JsonNode?)JsonValue.Create(t))];
}
