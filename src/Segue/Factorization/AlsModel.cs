using System.Collections.Concurrent;
using System.Numerics.Tensors;
using Segue.Interactions;
using Segue.Numerics;

namespace Segue.Factorization;

/// <summary>
/// A trained factorization. It never changes and may be used from many threads. Its factors lie in managed memory, or in files that somebody else
/// owns (<c>MappedFiles</c>), and leave it as copies only. Factors stand in the eigenbasis of the artists' weighted Gramian,
/// strongest direction first; so a listener's vector is the solution of one small system whether they were in the training or not.
/// </summary>
internal sealed partial class AlsModel : IExplainedTaste
{
    private readonly double[] _gramianDiagonal;
    private readonly ReadOnlyMemory<int> _listeners;
    private readonly ConcurrentBag<AlsExactSolver> _solvers = [];

    /// <param name="options">What it was trained with.</param>
    /// <param name="userFactors">Users × factors.</param>
    /// <param name="artistFactors">Artists × factors, Y, with Y' Z Y diagonal.</param>
    /// <param name="gramianDiagonal">That diagonal, descending, f long.</param>
    /// <param name="listeners">How many users of the training had played each artist.</param>
    /// <param name="confidenceScale"><see cref="AlsProblem.Scale"/> of the training.</param>
    /// <exception cref="ArgumentException">The parts do not fit each other.</exception>
    internal AlsModel(
        AlsOptions options, MatrixView userFactors, MatrixView artistFactors, ReadOnlySpan<double> gramianDiagonal, ReadOnlyMemory<int> listeners, float confidenceScale)
    {
        int f = options.Factors;
        if (userFactors.Columns != f || artistFactors.Columns != f || gramianDiagonal.Length != f || listeners.Length != artistFactors.Rows)
            throw new ArgumentException($"The parts of a model of {f} factors do not fit each other.", nameof(artistFactors));
        if (!(confidenceScale > 0 && float.IsFinite(confidenceScale)))
            throw new ArgumentException("The scale of confidences is positive and finite.", nameof(confidenceScale));
        if (!double.IsFinite(TensorPrimitives.Sum(gramianDiagonal)) || TensorPrimitives.Min(gramianDiagonal) < 0)
            throw new ArgumentException("The diagonal of a Gramian is finite and not negative.", nameof(gramianDiagonal));
        (Options, UserFactors, ArtistFactors, _listeners, ConfidenceScale) = (options, userFactors, artistFactors, listeners, confidenceScale);
        _gramianDiagonal = gramianDiagonal.ToArray();
        PlayedArtists = artistFactors.Rows;
        Search = new RowSearch(artistFactors);
    }

    /// <summary>The same model with artists behind the others whose vectors come from elsewhere than plays. What is known of listeners and of the
    /// others stays to the bit.</summary>
    /// <param name="factors">The model's own rows, then one a further artist.</param>
    internal AlsModel WithArtists(MatrixView factors)
    {
        int[] listeners = [.. Listeners, .. new int[factors.Rows - ArtistCount]];
        return new AlsModel(Options, UserFactors, factors, _gramianDiagonal, listeners, ConfidenceScale) { PlayedArtists = PlayedArtists };
    }

    public string Name => "als";

    public AlsOptions Options { get; }

    public int UserCount => UserFactors.Rows;

    public int ArtistCount => ArtistFactors.Rows;

    /// <inheritdoc/>
    public int PlayedArtists { get; private init; }

    /// <summary>Users × factors.</summary>
    internal MatrixView UserFactors { get; }

    /// <summary>Artists × factors. A score is a dot product of a listener's vector and an artist's.</summary>
    internal MatrixView ArtistFactors { get; }

    /// <summary>Finds the artists of the highest scores without computing all of them.</summary>
    internal RowSearch Search { get; }

    /// <summary>How many users of the training had played each artist.</summary>
    internal ReadOnlySpan<int> Listeners => _listeners.Span;

    /// <summary>A copy of a user's vector, factors long.</summary>
    /// <param name="user">Dense index of a user of the training.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such user.</exception>
    public float[] UserVector(int user) => RowOf(UserFactors, user, nameof(user));

    /// <summary>A copy of an artist's vector, factors long. A score is its dot product with a listener's.</summary>
    /// <param name="artist">Dense index of an artist of the training.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such artist.</exception>
    public float[] ArtistVector(int artist) => RowOf(ArtistFactors, artist, nameof(artist));

    /// <summary>How many users of the training had played an artist.</summary>
    /// <param name="artist">Dense index of an artist of the training.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such artist.</exception>
    public int ListenersOf(int artist)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(artist);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(artist, ArtistCount);
        return _listeners.Span[artist];
    }

    internal float ConfidenceScale { get; }

    internal ReadOnlySpan<double> GramianDiagonal => _gramianDiagonal;

    /// <summary>
    /// The vector of a listener: exactly what training gives to a user with this history while the artists' side is fixed; for one who was not in the
    /// training with <see cref="AlsOptions.OutsiderRidge"/> of the ridge. Disliked artists are zeros as sure as the listener's mean play.
    /// </summary>
    /// <returns>Factors long; zeros for an empty history.</returns>
    /// <exception cref="SegueException">An artist index is out of range, or plays are negative or not finite.</exception>
    public float[] FoldIn(Profile profile)
    {
        float[] x = new float[Options.Factors];
        RowSystem row = RowSystem.Of(this, profile);
        AlsExactSolver solver = Rent();
        solver.Solve(ArtistFactors, row.Artists, row.A, row.B, row.D, x);
        _solvers.Add(solver);
        return x;
    }

    /// <inheritdoc/>
    public void Score(Profile profile, Span<float> scores) => Score(FoldIn(profile), scores);

    /// <summary>Scores every artist for a listener's vector.</summary>
    public void Score(ReadOnlySpan<float> listener, Span<float> scores)
    {
        for (int i = 0; i < ArtistCount; i++)
            scores[i] = TensorPrimitives.Dot(listener, ArtistFactors.Row(i));
    }

    private static float[] RowOf(MatrixView factors, int row, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, factors.Rows, name);
        return factors.Row(row).ToArray();
    }

    private AlsExactSolver Rent() => _solvers.TryTake(out AlsExactSolver? solver) ? solver : new AlsExactSolver(Options.Factors);

    /// <summary>The linear system of one listener.</summary>
    private readonly record struct RowSystem(int[] Artists, float[] A, float[] B, double[] D, int Liked)
    {
        public static RowSystem Of(AlsModel model, Profile profile)
        {
            Check(model, profile);
            AlsOptions options = model.Options;
            float shift = options.Objective == AlsObjective.Classic ? 1 : 0;
            int[] disliked = [.. profile.Disliked.Distinct()];
            int[] liked = profile.Artists;
            float[] plays = profile.Plays;
            if (plays.Contains(0) || liked.Intersect(disliked).Any())
            {
                // No plays are no like, and whoever dislikes an artist has said so after the plays.
                bool[] keep = [.. liked.Select((i, k) => plays[k] > 0 && !disliked.Contains(i))];
                (liked, plays) = ([.. liked.Where((_, k) => keep[k])], [.. plays.Where((_, k) => keep[k])]);
            }

            float[] b = new float[liked.Length + disliked.Length];
            AlsProblem.Confidences(options, model.ConfidenceScale, plays, b.AsSpan(0, liked.Length));
            float[] a = [.. b];
            float dislike = liked.Length > 0 ? TensorPrimitives.Average<float>(b.AsSpan(0, liked.Length)) : options.Alpha;
            a.AsSpan(liked.Length).Fill(Math.Max(dislike, shift));
            TensorPrimitives.Subtract(a, shift, a);

            double ridge = AlsProblem.UserRidge(options, liked.Length, model.PlayedArtists) * (profile.InTraining ? 1 : options.OutsiderRidge);
            double[] d = [.. model._gramianDiagonal];
            TensorPrimitives.Add(d, ridge, d);
            return new RowSystem([.. liked, .. disliked], a, b, d, liked.Length);
        }

        private static void Check(AlsModel model, Profile profile)
        {
            if (profile.Artists.Length != profile.Plays.Length)
                throw new SegueException($"a profile has {profile.Artists.Length} artists, but {profile.Plays.Length} numbers of plays");
            foreach (int artist in profile.Artists.Concat(profile.Disliked))
            {
                if ((uint)artist >= (uint)model.ArtistCount)
                    throw new SegueException($"a profile has artist {artist}, but the model knows {model.ArtistCount}; was it made for another model?");
            }

            foreach (float plays in profile.Plays)
            {
                if (!(plays >= 0 && float.IsFinite(plays)))
                    throw new SegueException($"a profile has {plays} plays of an artist; expected a number that is not negative");
            }
        }
    }
}
