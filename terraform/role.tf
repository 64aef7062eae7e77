data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

# What the agent needs for a tunnel and nothing else. AmazonSSMManagedInstanceCore would also read every parameter of the account.
# These five actions know no resources, so "*" is the only one they take.
data "aws_iam_policy_document" "tunnel" {
  statement {
    sid = "SessionManagerTunnel"

    actions = [
      "ssm:UpdateInstanceInformation",
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
    ]

    resources = ["*"]
  }
}

resource "aws_iam_role" "host" {
  name_prefix        = "${var.name}-"
  description        = "Lets the Ollama host take Session Manager tunnels"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "tunnel" {
  name   = "session-manager-tunnel"
  role   = aws_iam_role.host.id
  policy = data.aws_iam_policy_document.tunnel.json
}

resource "aws_iam_instance_profile" "host" {
  name_prefix = "${var.name}-"
  role        = aws_iam_role.host.name
}
