#pragma warning disable MEVD9001 // See RecordView.cs.
using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace Segue.VectorData;

/// <summary>
/// A filter expression as a condition on stored values. Any expression over the record will do: what it asks of properties is read from the values;
/// where it takes the record whole, one is made. Compiling takes longer than asking thousands of records; so expressions of one shape, which differ
/// in captured values only, are compiled once a view.
/// </summary>
internal sealed class RecordFilter
{
    private readonly Func<object?[], object?[], bool> _passes;
    private readonly object?[] _captured;

    private RecordFilter(Func<object?[], object?[], bool> passes, object?[] captured, List<(int Property, object? Value)> equalities) =>
        (_passes, _captured, Equalities) = (passes, captured, equalities);

    /// <summary>What every record that passes has in properties that are looked up: their places, and the values.</summary>
    public IReadOnlyList<(int Property, object? Value)> Equalities { get; }

    /// <exception cref="InvalidOperationException">The filter names a property that the records do not have.</exception>
    public static RecordFilter Compile<TRecord>(Expression<Func<TRecord, bool>> filter, RecordView view)
    {
        FilterTranslation<TRecord> translation = new(view, filter.Parameters[0]);
        Expression<Func<object?[], object?[], bool>> onValues = translation.Translate(filter.Body);
        List<(int, object?)> equalities = [];
        Gather(filter.Body, translation, view.Layout, equalities);
        return new RecordFilter(view.CompiledFilter(translation.Shape, onValues), translation.Captured, equalities);
    }

    public bool Passes(object?[] values) => _passes(values, _captured);

    private static void Gather<TRecord>(
        Expression body, FilterTranslation<TRecord> translation, RecordLayout layout, List<(int Property, object? Value)> equalities)
    {
        if (body is BinaryExpression { NodeType: ExpressionType.AndAlso } and)
        {
            Gather(and.Left, translation, layout, equalities);
            Gather(and.Right, translation, layout, equalities);
        }
        else if (body is BinaryExpression { NodeType: ExpressionType.Equal } equal)
        {
            Take(equal.Left, equal.Right);
            Take(equal.Right, equal.Left);
        }

        void Take(Expression side, Expression other)
        {
            if (translation.PropertyOf(side) is not { } property || !layout.Properties[property].IsIndexed || translation.AsksRecord(other))
                return;
            object? value = Expression.Lambda<Func<object?>>(Expression.Convert(other, typeof(object))).Compile(preferInterpretation: true)();
            bool isPlain = value is null or string or Guid or decimal or DateTime or DateTimeOffset || value.GetType().IsPrimitive;
            if (isPlain) // Others may mean something else by == than by Equals.
                equalities.Add((property, value));
        }
    }
}

/// <summary>Turns a filter on records into one on values, with what it captures apart, and writes down its shape.</summary>
internal sealed class FilterTranslation<TRecord>(RecordView view, ParameterExpression record) : ExpressionVisitor
{
    private static readonly MethodInfo s_equals = ((Func<object?, object?, bool>)Equals).Method;

    private readonly ParameterExpression _values = Expression.Parameter(typeof(object?[])), _captured = Expression.Parameter(typeof(object?[]));
    private readonly List<object?> _capturedValues = [];
    private readonly List<ParameterExpression> _parameters = [];
    private readonly System.Text.StringBuilder _shape = new();

    /// <summary>Equal for filters that differ in captured values only.</summary>
    public string Shape => _shape.ToString();

    public object?[] Captured => [.. _capturedValues];

    public Expression<Func<object?[], object?[], bool>> Translate(Expression body) =>
        Expression.Lambda<Func<object?[], object?[], bool>>(Visit(body)!, _values, _captured);

    /// <summary>The place of the property that an expression is, whatever it is converted to; null when it is none.</summary>
    /// <exception cref="InvalidOperationException">It is a name that the records do not have.</exception>
    public int? PropertyOf(Expression side)
    {
        Expression plain = Unconverted(side);
        string? name = plain switch
        {
            MemberExpression { Expression: { } of, Member: PropertyInfo member } when Unconverted(of) == record && !IsDictionary => member.Name,
            MethodCallExpression { Method.Name: "get_Item", Object: { } of, Arguments: [ConstantExpression { Value: string key }] }
                when of == record && IsDictionary => key,
            _ => null,
        };
        if (name is null)
            return null;
        if (view.Model.PropertyMap.TryGetValue(name, out PropertyModel? property))
            return view.PlaceOf(property);
        return !IsDictionary ? null : throw new InvalidOperationException(
            $"The filter asks for '{name}', but records have {string.Join(", ", view.Model.PropertyMap.Keys)}.");
    }

    public bool AsksRecord(Expression expression)
    {
        RecordSearch search = new(record);
        search.Visit(expression);
        return search.IsFound;
    }

    public override Expression? Visit(Expression? node)
    {
        if (node is null)
            return null;
        _shape.Append('(').Append((int)node.NodeType).Append(' ').Append(node.Type.TypeHandle.Value);
        object? part = node switch
        {
            MemberExpression member => $"{member.Member.DeclaringType?.TypeHandle.Value}.{member.Member.MetadataToken}",
            MethodCallExpression call => call.Method.MethodHandle.Value,
            BinaryExpression { Method: { } method } => method.MethodHandle.Value,
            UnaryExpression { Method: { } method } => method.MethodHandle.Value,
            NewExpression { Constructor: { } constructor } => constructor.MethodHandle.Value,
            TypeBinaryExpression type => type.TypeOperand.TypeHandle.Value,
            ConstantExpression constant => constant.Value is null ? "null" : "some",
            ParameterExpression parameter => NumberOf(parameter),
            UnaryExpression or BinaryExpression or ConditionalExpression or LambdaExpression or NewArrayExpression or InvocationExpression => null,
            _ => node.ToString(),
        };
        _shape.Append(' ').Append(part);
        Expression? visited = PropertyOfExactly(node) is { } place ? ValueAt(place, node.Type) : base.Visit(node);
        _shape.Append(')');
        return visited;
    }

    /// <summary><c>r["genre"] == "jazz"</c> compares two objects by reference in C#; what is meant is their values.</summary>
    protected override Expression VisitBinary(BinaryExpression node)
    {
        bool comparesObjects = IsDictionary && node.Method is null && (node.Left.Type == typeof(object) || node.Right.Type == typeof(object));
        if (!comparesObjects || node.NodeType is not (ExpressionType.Equal or ExpressionType.NotEqual))
            return base.VisitBinary(node);
        Expression equal = Expression.Call(s_equals, Boxed(node.Left), Boxed(node.Right));
        return node.NodeType == ExpressionType.Equal ? equal : Expression.Not(equal);
    }

    protected override Expression VisitConstant(ConstantExpression node)
    {
        if (node.Value is null)
            return node;
        _capturedValues.Add(node.Value);
        return Expression.Convert(Expression.ArrayIndex(_captured, Expression.Constant(_capturedValues.Count - 1)), node.Type);
    }

    /// <summary>The record whole.</summary>
    protected override Expression VisitParameter(ParameterExpression node) => node != record ? node
        : Expression.Call(Expression.Constant(view), nameof(RecordView.RecordOf), [typeof(TRecord)], _values, Expression.Constant(true));

    private static bool IsDictionary => typeof(TRecord) == typeof(Dictionary<string, object?>);

    private static Expression Unconverted(Expression node)
    {
        while (node is UnaryExpression { NodeType: ExpressionType.Convert, Method: null } convert)
            node = convert.Operand;
        return node;
    }

    private int? PropertyOfExactly(Expression node) => node is UnaryExpression ? null : PropertyOf(node);

    private Expression ValueAt(int place, Type type)
    {
        _shape.Append('@').Append(place);
        Expression value = Expression.ArrayIndex(_values, Expression.Constant(place));
        return type == typeof(object) ? value : Expression.Call(Expression.Constant(view), nameof(RecordView.ValueAs), [type], value);
    }

    private Expression Boxed(Expression side) => Expression.Convert(Visit(side)!, typeof(object));

    private int NumberOf(ParameterExpression parameter)
    {
        int number = _parameters.IndexOf(parameter);
        if (number < 0)
            _parameters.Add(parameter);
        return number < 0 ? _parameters.Count - 1 : number;
    }

    private sealed class RecordSearch(ParameterExpression record) : ExpressionVisitor
    {
        public bool IsFound { get; private set; }

        protected override Expression VisitParameter(ParameterExpression node)
        {
            IsFound |= node == record;
            return node;
        }
    }
}
