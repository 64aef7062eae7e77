namespace Segue.Bench;

/// <summary>Options of a benchmark: <c>--name value</c> pairs, every one used or refused.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public Arguments(string[] args, params string[] known)
    {
        for (int i = 0; i < args.Length; i += 2)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == args.Length || !known.Contains(args[i][2..]))
                throw new SegueException($"unknown or incomplete option '{args[i]}'; known: {string.Join(", ", known.Select(k => "--" + k))}");
            _values[args[i][2..]] = args[i + 1];
        }
    }

    public string Require(string name) => _values.TryGetValue(name, out string? v) ? v : throw new SegueException($"--{name} is needed");

    public string Get(string name, string fallback) => _values.GetValueOrDefault(name, fallback);

    public int Int(string name, int fallback) =>
        !_values.TryGetValue(name, out string? v) ? fallback : int.TryParse(v, out int n) ? n : throw new SegueException($"--{name} takes a whole number, not '{v}'");
}
