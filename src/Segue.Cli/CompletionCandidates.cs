using System.CommandLine;
using System.CommandLine.Completions;
using Segue.Catalogue;
using Segue.Import;
using Segue.ModelFiles;

namespace Segue.Cli;

/// <summary>
/// What may stand where the cursor is: subcommands, options, values, and names that only the home folder knows. It is asked while somebody holds the
/// tab key, so it opens little, and what cannot be read is no candidate.
/// </summary>
internal sealed class CompletionCandidates
{
    private readonly SegueHome _home;

    private CompletionCandidates(SegueHome home) => _home = home;

    /// <param name="root">The tree of commands.</param>
    /// <param name="words">What was typed behind the program's name; the last word is the one to complete, and may be empty.</param>
    /// <returns>Whole words, sorted; none where a file's name is wanted.</returns>
    public static IReadOnlyList<string> For(Command root, IReadOnlyList<string> words)
    {
        string word = words.Count > 0 ? words[^1] : "";
        string[] before = [.. words.Take(words.Count - 1)];
        if (word == "=")
            (word, before) = ("", [.. before, "="]); // bash takes --genre=po apart: "--genre", "=", "po".
        Place place = Place.Find(root, before);
        CompletionCandidates candidates = new(new SegueHome(place.Home));
        if (place.Option is { } option)
            return Matching(candidates.ValuesOf(option), word);
        if (word.StartsWith('-') && word.IndexOf('=') is > 0 and var at)
        {
            Option? named = place.OptionCalled(word[..at]);
            return named is null ? [] : [.. Matching(candidates.ValuesOf(named), word[(at + 1)..]).Select(v => word[..(at + 1)] + v)];
        }

        if (word.StartsWith('-'))
            return Matching(place.Options.Where(o => !o.Hidden).Select(o => o.Name), word);
        IEnumerable<string> subcommands = place.Command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name);
        return Matching(subcommands.Concat(candidates.ValuesOf(place)), word);
    }

    private static IReadOnlyList<string> Matching(IEnumerable<string> candidates, string word) =>
        [.. candidates.Where(c => c.StartsWith(word, StringComparison.OrdinalIgnoreCase)).Distinct().Order(StringComparer.Ordinal)];

    private IEnumerable<string> ValuesOf(Option option) => option.Name switch
    {
        "--genre" or "--not-genre" => Quietly(Genres),
        "--profile" => Quietly(Profiles),
        _ => Known(option),
    };

    /// <summary>Values of the argument that comes next.</summary>
    private IEnumerable<string> ValuesOf(Place place)
    {
        string[] path = [.. place.Path];
        return (path, place.Arguments) switch
        {
            (["data", "get"], []) => DataSources.All.Select(s => s.Name),
            (["data", "forget"], []) => Quietly(Profiles),
            (["model", _], [var kind]) => Quietly(() => Versions(kind)),
            _ when place.Arguments.Count < place.Command.Arguments.Count => Known(place.Command.Arguments[place.Arguments.Count]),
            _ => [],
        };
    }

    private static IEnumerable<string> Known(Symbol symbol) => symbol.GetCompletions(CompletionContext.Empty).Select(c => c.InsertText ?? c.Label);

    private static IReadOnlyList<string> Quietly(Func<IReadOnlyList<string>> names)
    {
        try
        {
            return names();
        }
        catch (Exception e) when (e is SegueException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private IReadOnlyList<string> Profiles() => new ListenerProfiles(_home.Folder).List();

    private IReadOnlyList<string> Versions(string kind) => kind switch
    {
        "als" => _home.AlsModels.List(),
        "vdb" => _home.VdbModels.List(),
        "plays" => _home.PlaysData.List(),
        "tracks" => _home.TracksData.List(),
        _ => [],
    };

    private IReadOnlyList<string> Genres()
    {
        VersionStore store = _home.VdbModels.Current() is null ? _home.TracksData : _home.VdbModels;
        string folder = store.Find().Folder;
        using MappedFiles files = new();
        TextColumn genres = DataFiles.LoadTracks(Path.Combine(folder, DataFiles.TracksName), files).GenreNames;
        return [.. Enumerable.Range(0, genres.Count).Select(g => genres[g])];
    }

    /// <summary>Where the cursor is: in which command, behind which option, after which arguments.</summary>
    private sealed class Place
    {
        private readonly List<Command> _path = [];
        private readonly List<string> _arguments = [];

        public Command Command => _path[^1];

        /// <summary>Names of the commands below the root.</summary>
        public IEnumerable<string> Path => _path.Skip(1).Select(c => c.Name);

        public IReadOnlyList<string> Arguments => _arguments;

        /// <summary>The option whose value is to come, or null.</summary>
        public Option? Option { get; private set; }

        public string Home { get; private set; } = GlobalOptions.DefaultHome();

        public IEnumerable<Option> Options => Command.Options.Concat(GlobalOptions.All).Distinct();

        public Option? OptionCalled(string name) => Options.FirstOrDefault(o => o.Name == name || o.Aliases.Contains(name));

        public static Place Find(Command root, IEnumerable<string> words)
        {
            Place place = new();
            place._path.Add(root);
            foreach (string word in words)
                place.Pass(word);
            return place;
        }

        private void Pass(string word)
        {
            if (Option is { } option)
            {
                if (word == "=")
                    return;
                if (option == GlobalOptions.Home && word.Length > 0)
                    Home = word;
                Option = null;
            }
            else if (word.StartsWith('-'))
            {
                Option = OptionCalled(word) is { } named && named.ValueType != typeof(bool) ? named : null;
                if (word.StartsWith(GlobalOptions.Home.Name + "=", StringComparison.Ordinal) && word.Length > GlobalOptions.Home.Name.Length + 1)
                    Home = word[(GlobalOptions.Home.Name.Length + 1)..];
            }
            else if (Command.Subcommands.FirstOrDefault(c => c.Name == word) is { } sub)
            {
                _path.Add(sub);
                _arguments.Clear();
            }
            else
            {
                _arguments.Add(word);
            }
        }
    }
}
