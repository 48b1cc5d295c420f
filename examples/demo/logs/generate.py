#!/usr/bin/env python3
"""Writes the demo's CloudTrail logs: three hours of a small company, with an intruder in them.

    generate.py [FOLDER]        # FOLDER/AWSLogs/...; without it, beside this file

Every run writes the same content: there is no clock, no random source, and nothing of the machine in it. Accounts, names
and addresses are invented (192.0.2.0/24, 198.51.100.0/24 and 203.0.113.0/24 are reserved for documentation).

The story. In the morning people log in, services do their work and a release goes out. At 10:20 somebody uses a leaked
key of the old backup user: looks around, is refused, finds a role that lets them in, turns the trail off, makes a user
with a console password, and changes the function that raises the alarms. At 11:02 the owner logs in as root and cleans up.
"""

import gzip
import hashlib
import io
import json
import pathlib
import string
import sys

PROD, SANDBOX = "111122223333", "444455556666"
HOME, GLOBAL, SPARE = "eu-central-1", "us-east-1", "eu-west-1"
DAY = "2026-02-03"
OFFICE, HOME_OFFICE, RUNNER, TASK, INTRUDER = (
    "198.51.100.24", "198.51.100.77", "203.0.113.12", "192.0.2.31", "203.0.113.66",
)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:134.0) Gecko/20100101 Firefox/134.0"
CLI = "aws-cli/2.22.35 md/awscrt#0.23.4 ua/2.0 os/linux#6.8.0 md/arch#x86_64 lang/python#3.12.6 cfg/retry-mode#standard"
TERRAFORM = "APN/1.0 HashiCorp/1.0 Terraform/1.11.4 terraform-provider-aws/5.100.0"
SDK = "aws-sdk-rust/1.3.14 os/linux lang/rust/1.95.0"

# When CloudTrail delivered a file; each holds what happened since the one before it.
DELIVERIES = {
    (PROD, HOME): ["0910", "1010", "1110"],
    (PROD, GLOBAL): ["0915", "1115"],
    (SANDBOX, HOME): ["1115"],
    (SANDBOX, SPARE): ["1105"],
    (SANDBOX, GLOBAL): ["1115"],
}

events = []
used = {}


def unique(label, length=32):
    """Hexadecimal digits that depend on the label and on how often it was used."""
    used[label] = used.get(label, 0) + 1
    return hashlib.sha256(f"{label} {used[label]}".encode()).hexdigest()[:length]


def file_suffix():
    """The 16 letters and digits at the end of a log's name."""
    alphabet = string.ascii_letters + string.digits
    digits = unique("file")
    return "".join(alphabet[int(digits[n:n + 2], 16) % len(alphabet)] for n in range(0, 32, 2))


def uuid(label):
    digits = unique(label)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


def key_id(kind, owner):
    """An access key's id; the same for the same owner."""
    return kind + hashlib.sha256(owner.encode()).hexdigest()[:9].upper() + "EXAMPLE"


def user(account, name):
    return {
        "type": "IAMUser",
        "principalId": "AIDA" + hashlib.sha256(name.encode()).hexdigest()[:10].upper() + "EXAMPLE",
        "arn": f"arn:aws:iam::{account}:user/{name}",
        "accountId": account,
        "accessKeyId": key_id("AKIA", name),
        "userName": name,
    }


def role(account, name, session, path="", mfa="false", since="08:41:07"):
    principal = "AROA" + hashlib.sha256(name.encode()).hexdigest()[:10].upper() + "EXAMPLE"
    return {
        "type": "AssumedRole",
        "principalId": f"{principal}:{session}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
        "accountId": account,
        "accessKeyId": key_id("ASIA", name + session),
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": principal,
                "arn": f"arn:aws:iam::{account}:role/{path}{name}",
                "accountId": account,
                "userName": name,
            },
            "attributes": {"creationDate": f"{DAY}T{since}Z", "mfaAuthenticated": mfa},
        },
    }


def sso(account, permission_set, person):
    name = f"AWSReservedSSO_{permission_set}_{hashlib.sha256(permission_set.encode()).hexdigest()[:16]}"
    return role(account, name, person, path=f"aws-reserved/sso.amazonaws.com/{HOME}/")


def root(account):
    return {"type": "Root", "principalId": account, "arn": f"arn:aws:iam::{account}:root", "accountId": account,
            "accessKeyId": key_id("ASIA", "root" + account)}


def service(name):
    return {"type": "AWSService", "invokedBy": name}


ANONYMOUS = {"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"}


def record(time, where, source, name, identity, ip, agent, request=None, response=None, error=None, **more):
    """Adds one event. `where` is (account, region), `error` is (code, message)."""
    account, region = where
    reads = name.startswith(("Get", "List", "Describe", "Head", "Lookup", "Decrypt", "AssumeRole", "Filter"))
    event = {
        "eventVersion": "1.11",
        "userIdentity": identity,
        "eventTime": f"{DAY}T{time}Z",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": ip,
        "userAgent": agent,
    }
    if error:
        event["errorCode"], event["errorMessage"] = error
    event |= {
        "requestParameters": request,
        "responseElements": response,
        "requestID": uuid("request"),
        "eventID": uuid("event"),
        "readOnly": reads,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
    }
    if agent in (CLI, TERRAFORM, SDK):
        event["tlsDetails"] = {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"{source}.{region}.amazonaws.com",
        }
    event |= more
    events.append(event)


def login(time, where, identity, ip, mfa, result="Success", **more):
    request = None
    target = "https://console.aws.amazon.com/console/home?hashArgs=%23&isauthcode=true"
    extra = {"LoginTo": target, "MobileVersion": "No"}
    if mfa is not None:
        extra["MFAUsed"] = mfa
    record(time, where, "signin", "ConsoleLogin", identity, ip, BROWSER, request, {"ConsoleLogin": result},
           additionalEventData=extra, eventType="AwsConsoleSignIn", readOnly=False, **more)


def object_call(time, where, name, identity, ip, bucket, key, **more):
    """An S3 data event."""
    account, _ = where
    data = {"managementEvent": False, "eventCategory": "Data", "readOnly": name != "PutObject"} | more
    record(time, where, "s3", name, identity, ip, f"[{SDK}]",
           {"bucketName": bucket, "Host": f"{bucket}.s3.amazonaws.com", "key": key},
           resources=[{"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::{bucket}/{key}"},
                      {"accountId": account, "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{bucket}"}],
           additionalEventData={"SignatureVersion": "SigV4", "CipherSuite": "TLS_AES_128_GCM_SHA256",
                                "bytesTransferredIn": 0, "bytesTransferredOut": 4096 + 7 * len(events),
                                "AuthenticationMethod": "AuthHeader", "x-amz-id-2": unique("host", 24)},
           **data)


def assume(time, where, who, ip, agent, target_account, target, session):
    record(time, where, "sts", "AssumeRole", who, ip, agent,
           {"roleArn": f"arn:aws:iam::{target_account}:role/{target}", "roleSessionName": session, "durationSeconds": 3600},
           {"credentials": {"accessKeyId": key_id("ASIA", target + session), "sessionToken": unique("token"),
                            "expiration": "Feb 3, 2026, 12:00:00 PM"},
            "assumedRoleUser": {"assumedRoleId": f"AROAEXAMPLE:{session}",
                                "arn": f"arn:aws:sts::{target_account}:assumed-role/{target}/{session}"}},
           sharedEventID=uuid("shared"),
           resources=[{"accountId": target_account, "type": "AWS::IAM::Role",
                       "ARN": f"arn:aws:iam::{target_account}:role/{target}"}])


def denied(action, resource, who):
    return f"User: {who} is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action"


def clock(start, step, count):
    """`count` times from `start` (HH:MM), `step` seconds apart."""
    hours, minutes = map(int, start.split(":"))
    for n in range(count):
        at = hours * 3600 + minutes * 60 + n * step + n * n % 11
        yield n, f"{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}"


def background():
    """What services and tasks do all morning."""
    task = role(PROD, "orders-task", unique("task"), since="05:12:40")
    for n, time in clock("08:02", 211, 52):
        where = (PROD, HOME)
        kind = n % 6
        if kind == 0:
            assume(time, where, service("ecs-tasks.amazonaws.com"), "ecs-tasks.amazonaws.com", "ecs-tasks.amazonaws.com",
                   PROD, "orders-task", f"task-{n:03}")
        elif kind in (1, 2):
            name = "PutObject" if kind == 1 else "GetObject"
            object_call(time, where, name, task, TASK, "example-orders", f"invoices/2026/02/03/order {4100 + n}+a.pdf")
        elif kind == 3:
            record(time, where, "kms", "Decrypt", task | {"invokedBy": "secretsmanager.amazonaws.com"},
                   "secretsmanager.amazonaws.com", "secretsmanager.amazonaws.com",
                   {"encryptionAlgorithm": "SYMMETRIC_DEFAULT",
                    "encryptionContext": {"SecretARN": f"arn:aws:secretsmanager:{HOME}:{PROD}:secret:orders/db-Ab3dEf"}},
                   resources=[{"accountId": PROD, "type": "AWS::KMS::Key",
                               "ARN": f"arn:aws:kms:{HOME}:{PROD}:key/{uuid('key')}"}])
        elif kind == 4:
            record(time, where, "ec2", "DescribeNetworkInterfaces", service("elasticloadbalancing.amazonaws.com"),
                   "elasticloadbalancing.amazonaws.com", "elasticloadbalancing.amazonaws.com",
                   {"networkInterfaceIdSet": {}, "filterSet": {"items": [
                       {"name": "attachment.instance-owner-id", "valueSet": {"items": [{"value": "amazon-elb"}]}}]}})
        else:
            record(time, where, "config", "DescribeConfigurationRecorderStatus", service("config.amazonaws.com"),
                   "config.amazonaws.com", "config.amazonaws.com", {"configurationRecorderNames": []})
    for n, time in clock("08:05", 430, 24):
        where = (SANDBOX, HOME)
        if n % 3 == 0:
            assume(time, where, service("lambda.amazonaws.com"), "lambda.amazonaws.com", "lambda.amazonaws.com",
                   SANDBOX, "thumbnails", f"thumbnails-{n:02}")
        elif n % 3 == 1:
            record(time, where, "logs", "CreateLogStream", role(SANDBOX, "thumbnails", "thumbnails"), TASK, SDK,
                   {"logGroupName": "/aws/lambda/thumbnails", "logStreamName": f"{DAY.replace('-', '/')}/[$LATEST]{unique('stream')}"})
        else:
            object_call(time, where, "GetObject", role(SANDBOX, "thumbnails", "thumbnails"), TASK, "example-uploads", f"raw/{n:04}.png")
    # Events of AWS itself: no principal, and here and there no identity worth the name.
    record("08:30:00", (PROD, HOME), "kms", "RotateKey", {"accountId": PROD, "invokedBy": "AWS Internal"}, "AWS Internal",
           "AWS Internal", None, None, eventType="AwsServiceEvent",
           serviceEventDetails={"keyId": uuid("key"), "rotationType": "AUTOMATIC"})
    record("09:45:12", (PROD, GLOBAL), "health", "AWS_EC2_MAINTENANCE_SCHEDULED", {"invokedBy": "health.amazonaws.com"},
           "health.amazonaws.com", "health.amazonaws.com", None, None, eventType="AwsServiceEvent",
           serviceEventDetails={"statusCode": "upcoming", "affectedEntities": [], "notes": None})


def people():
    """Log-ins, and what people look at."""
    ines, tomas = sso(PROD, "AdministratorAccess", "ines.weber@example.com"), sso(PROD, "Developer", "tomas.novak@example.com")
    office = (PROD, GLOBAL)
    # Single sign-on keeps the second factor to itself, so AWS says "No".
    login("08:41:07", office, ines, OFFICE, "No")
    login("08:55:40", office, tomas, HOME_OFFICE, "No")
    login("09:02:11", office, user(PROD, "audit"), OFFICE, "Yes")
    login("09:04:29", office, user(PROD, "printshop"), "198.51.100.140", "No")
    login("09:31:58", (SANDBOX, GLOBAL), user(SANDBOX, "workshop"), OFFICE, "Yes")
    record("08:41:02", office, "sso", "Federate",
           {"type": "Unknown", "principalId": PROD, "accountId": PROD, "userName": "ines.weber@example.com",
            "onBehalfOf": {"userId": uuid("person"), "identityStoreArn": f"arn:aws:identitystore::{PROD}:identitystore/d-1234567890"}},
           OFFICE, BROWSER, None, None, eventType="AwsServiceEvent", readOnly=False,
           serviceEventDetails={"role_name": "AdministratorAccess", "account_id": PROD})

    looks = [
        ("ec2", "DescribeInstances", {"maxResults": 50, "instancesSet": {}, "filterSet": {}}),
        ("ec2", "DescribeVpcs", {"vpcSet": {}, "filterSet": {}}),
        ("cloudwatch", "DescribeAlarms", {"maxRecords": 100, "alarmTypes": ["MetricAlarm", "CompositeAlarm"]}),
        ("lambda", "ListFunctions20150331", {"maxItems": 50}),
        ("lambda", "GetFunction20150331v2", {"functionName": "orders-api"}),
        ("rds", "DescribeDBInstances", {"dBInstanceIdentifier": "orders"}),
        ("logs", "FilterLogEvents", {"logGroupName": "/aws/lambda/orders-api", "filterPattern": "ERROR", "interleaved": True}),
        ("cloudtrail", "DescribeTrails", {"includeShadowTrails": True, "trailNameList": []}),
        ("cloudtrail", "LookupEvents", {"maxResults": 50, "lookupAttributes": [{"attributeKey": "ReadOnly", "attributeValue": "false"}]}),
        ("s3", "ListBuckets", {"Host": f"s3.{HOME}.amazonaws.com"}),
        ("ssm", "GetParametersByPath", {"path": "/orders/prod", "recursive": True, "withDecryption": False}),
    ]
    for n, time in clock("08:43", 146, 44):
        who, ip = ((ines, OFFICE), (tomas, HOME_OFFICE))[n % 2]
        source, name, request = looks[n % len(looks)]
        record(time, (PROD, HOME), source, name, who, ip, BROWSER, request, sessionCredentialFromConsole="true")
    iam = ["ListUsers", "ListRoles", "GetAccountSummary", "ListPolicies", "GetCredentialReport"]
    for n, time in clock("08:48", 327, 25):
        request = {"maxItems": 100} if iam[n % 5].startswith("List") else None
        record(time, office, "iam", iam[n % 5], ines if n % 2 else user(PROD, "audit"), OFFICE, BROWSER, request)
    record("09:40:00", (PROD, HOME), "ec2", "AuthorizeSecurityGroupIngress", ines, OFFICE, BROWSER,
           {"groupId": "sg-0a1b2c3d4e5f60718", "ipPermissions": {"items": [
               {"ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "groups": {}, "prefixListIds": {},
                "ipRanges": {"items": [{"cidrIp": "198.51.100.0/24", "description": "office"}]}, "ipv6Ranges": {}}]}},
           {"requestId": uuid("request"), "_return": True})
    # A person without the right for something everyday.
    record("10:02:33", (PROD, HOME), "secretsmanager", "GetSecretValue", tomas, HOME_OFFICE, BROWSER,
           {"secretId": "orders/db"}, None,
           ("AccessDeniedException", denied("secretsmanager:GetSecretValue", "orders/db", tomas["arn"])))
    # The outside world trying the public bucket: no account to speak of.
    for time, name in (("09:12:05", "index.html~"), ("10:44:51", ".env")):
        object_call(time, (PROD, HOME), "GetObject", ANONYMOUS, "192.0.2.200", "example-website", name,
                    errorCode="AccessDenied", errorMessage="Access Denied")


def release():
    """The pipeline deploys at 09:30, and to the sandbox first."""
    for account, start in ((SANDBOX, "09:12"), (PROD, "09:30")):
        pipeline = role(account, "github-deploy", "run-8812", since=f"{start}:02")
        record(f"{start}:02", (account, GLOBAL), "sts", "AssumeRoleWithWebIdentity",
               {"type": "WebIdentityUser", "principalId": "arn:aws:iam::oidc-provider/token.example.com:repo:example/orders",
                "userName": "repo:example/orders:ref:refs/heads/main", "identityProvider": "token.example.com"},
               RUNNER, TERRAFORM, {"roleArn": f"arn:aws:iam::{account}:role/github-deploy", "roleSessionName": "run-8812"},
               {"subjectFromWebIdentityToken": "repo:example/orders:ref:refs/heads/main", "provider": "token.example.com"})
        steps = [
            ("sts", "GetCallerIdentity", None, None),
            ("s3", "GetBucketVersioning", {"bucketName": "example-state", "versioning": ""}, None),
            ("dynamodb", "DescribeTable", {"tableName": "state-locks"}, None),
            ("lambda", "GetFunction20150331v2", {"functionName": "orders-api"}, None),
            ("lambda", "UpdateFunctionCode20150331v2", {"functionName": "orders-api", "publish": True, "dryRun": False},
             {"functionName": "orders-api", "version": "41", "runtime": "provided.al2023", "layers": None}),
            ("lambda", "UpdateFunctionConfiguration20150331v2",
             {"functionName": "orders-api", "environment": {}, "timeout": 20},
             {"functionName": "orders-api", "timeout": 20, "environment": {}, "vpcConfig": {"subnetIds": [], "securityGroupIds": []}}),
            ("ecs", "RegisterTaskDefinition",
             {"family": "orders", "containerDefinitions": [{"name": "web", "portMappings": [{"containerPort": 8080}], "mountPoints": []}]},
             {"taskDefinition": {"family": "orders", "revision": 88, "status": "ACTIVE"}}),
            ("ecs", "UpdateService", {"cluster": "orders", "service": "web", "taskDefinition": "orders:88"},
             {"service": {"serviceName": "web", "desiredCount": 2, "runningCount": 2}}),
            ("logs", "PutRetentionPolicy", {"logGroupName": "/aws/lambda/orders-api", "retentionInDays": 30}, None),
            ("cloudwatch", "PutMetricAlarm", {"alarmName": "orders-errors", "threshold": 5.0, "alarmActions": []}, None),
            ("events", "PutRule", {"name": "orders-nightly", "scheduleExpression": "cron(0 2 * * ? *)"},
             {"ruleArn": f"arn:aws:events:{HOME}:{account}:rule/orders-nightly"}),
            ("tagging", "TagResources", {"resourceARNList": [f"arn:aws:sqs:{HOME}:{account}:orders"], "tags": {"release": "8812"}},
             {"failedResourcesMap": {}}),
        ]
        for (n, time), (source, name, request, response) in zip(clock(start, 9, 99), steps * 2):
            if n == 0:
                continue
            record(time, (account, HOME), source, name, pipeline, RUNNER, TERRAFORM, request, response)
    pipeline = role(PROD, "github-deploy", "run-8812", since="09:30:02")
    record("09:34:10", (PROD, HOME), "cloudtrail", "UpdateTrail", pipeline, RUNNER, TERRAFORM,
           {"name": "company", "enableLogFileValidation": True, "kmsKeyId": None},
           {"name": "company", "trailARN": f"arn:aws:cloudtrail:{HOME}:{PROD}:trail/company", "logFileValidationEnabled": True})
    record("09:34:41", (PROD, HOME), "ecr", "PutLifecyclePolicy", pipeline, RUNNER, TERRAFORM,
           {"repositoryName": "orders"}, None,
           ("AccessDeniedException", denied("ecr:PutLifecyclePolicy", f"arn:aws:ecr:{HOME}:{PROD}:repository/orders", pipeline["arn"])))


def intrusion():
    """The leaked key, from 10:20."""
    backup = user(PROD, "backup-legacy")
    home, world = (PROD, HOME), (PROD, GLOBAL)
    for time, source, name, error in (
        ("10:20:14", "sts", "GetCallerIdentity", None),
        ("10:20:31", "iam", "ListUsers", "AccessDenied"),
        ("10:20:33", "iam", "ListAttachedUserPolicies", None),
        ("10:20:52", "iam", "GetUser", None),
        ("10:21:05", "iam", "ListRoles", None),
    ):
        failure = error and (error, denied(f"{source}:{name}", f"arn:aws:iam::{PROD}:user/", backup["arn"]))
        record(time, world, source, name, backup, INTRUDER, CLI, {"userName": "backup-legacy"} if "User" in name else None,
               None, failure)
    record("10:21:40", home, "s3", "ListBuckets", backup, INTRUDER, CLI, {"Host": f"s3.{HOME}.amazonaws.com"})
    object_call("10:22:18", home, "GetObject", backup, INTRUDER, "example-payroll", "2026/01/salaries.xlsx",
                errorCode="AccessDenied", errorMessage="Access Denied")
    for n, time in clock("10:23", 6, 8):
        object_call(time, home, "GetObject", backup, INTRUDER, "example-backups", f"orders/2026-01-{n + 20:02}.dump")
    assume("10:25:30", world, backup, INTRUDER, CLI, SANDBOX, "backup-restore", "restore")

    restore, spare = role(SANDBOX, "backup-restore", "restore", since="10:25:30"), (SANDBOX, SPARE)
    refused = ("Client.UnauthorizedOperation", "You are not authorized to perform this operation.")
    for n, time in clock("10:27", 13, 12):
        names = ["DescribeInstances", "DescribeSnapshots", "DescribeImages", "DescribeSecurityGroups", "DescribeKeyPairs", "DescribeRegions"]
        record(time, spare, "ec2", names[n % 6], restore, INTRUDER, CLI, {"filterSet": {}, "maxResults": 1000})
    record("10:31:02", spare, "ec2", "RunInstances", restore, INTRUDER, CLI,
           {"instancesSet": {"items": [{"imageId": "ami-0123456789abcdef0", "minCount": 10, "maxCount": 10}]},
            "instanceType": "p5.48xlarge", "blockDeviceMapping": {}, "monitoring": {"enabled": False}}, None, refused)
    record("10:31:40", spare, "ec2", "CreateKeyPair", restore, INTRUDER, CLI, {"keyName": "k", "keyType": "rsa"}, None, refused)
    record("10:32:15", spare, "ec2", "ModifySnapshotAttribute", restore, INTRUDER, CLI,
           {"snapshotId": "snap-0fedcba9876543210", "attributeType": "CREATE_VOLUME_PERMISSION",
            "createVolumePermission": {"add": {"items": [{"group": "all"}]}}}, None, refused)
    record("10:33:09", (SANDBOX, HOME), "ec2", "GetPasswordData", restore, INTRUDER, CLI,
           {"instanceId": "i-0123456789abcdef0"}, None, refused)
    record("10:34:20", (SANDBOX, GLOBAL), "iam", "ListAccessKeys", restore, INTRUDER, CLI, {"userName": "workshop"})
    record("10:36:00", (SANDBOX, HOME), "cloudtrail", "DescribeTrails", restore, INTRUDER, CLI, {"trailNameList": [], "includeShadowTrails": False})
    record("10:36:44", (SANDBOX, HOME), "cloudtrail", "DeleteTrail", restore, INTRUDER, CLI,
           {"name": f"arn:aws:cloudtrail:{HOME}:{SANDBOX}:trail/sandbox"})

    assume("10:38:05", (SANDBOX, GLOBAL), restore, INTRUDER, CLI, PROD, "break-glass", "ops")
    glass = role(PROD, "break-glass", "ops", since="10:38:05")
    record("10:39:12", home, "cloudtrail", "GetTrailStatus", glass, INTRUDER, CLI, {"name": "company"})
    record("10:39:50", home, "cloudtrail", "UpdateTrail", glass, INTRUDER, CLI,
           {"name": "company", "isMultiRegionTrail": False, "includeGlobalServiceEvents": False},
           {"name": "company", "isMultiRegionTrail": False, "trailARN": f"arn:aws:cloudtrail:{HOME}:{PROD}:trail/company"})
    record("10:40:21", home, "cloudtrail", "StopLogging", glass, INTRUDER, CLI, {"name": "company"})
    record("10:41:37", world, "iam", "CreateUser", glass, INTRUDER, CLI, {"userName": "svc-monitor"},
           {"user": {"userName": "svc-monitor", "path": "/", "arn": f"arn:aws:iam::{PROD}:user/svc-monitor"}})
    record("10:41:59", world, "iam", "AttachUserPolicy", glass, INTRUDER, CLI,
           {"userName": "svc-monitor", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"})
    record("10:42:20", world, "iam", "CreateLoginProfile", glass, INTRUDER, CLI,
           {"userName": "svc-monitor", "passwordResetRequired": False},
           {"loginProfile": {"userName": "svc-monitor", "passwordResetRequired": False}})
    console = user(PROD, "svc-monitor")
    del console["accessKeyId"]
    login("10:44:03", world, console, INTRUDER, "No", "Failure", errorMessage="Failed authentication")
    login("10:44:40", world, console, INTRUDER, "No")
    function = {"functionName": "trailhook-demo", "runtime": "provided.al2023", "handler": "bootstrap", "memorySize": 128}
    record("10:47:15", home, "lambda", "UpdateFunctionConfiguration20150331v2", console, INTRUDER, BROWSER,
           {"functionName": "trailhook-demo", "environment": {}},
           function | {"environment": {}, "lastUpdateStatusReasonCode": "Creating", "layers": None}, sessionCredentialFromConsole="true")
    record("10:48:32", home, "lambda", "UpdateFunctionCode20150331v2", console, INTRUDER, BROWSER,
           {"functionName": "trailhook-demo", "dryRun": False, "publish": False}, function | {"codeSize": 402}, sessionCredentialFromConsole="true")
    record("10:52:48", home, "kms", "Decrypt", console, INTRUDER, BROWSER, {"encryptionAlgorithm": "SYMMETRIC_DEFAULT"}, None,
           ("AccessDenied", denied("kms:Decrypt", f"arn:aws:kms:{HOME}:{PROD}:key/{uuid('key')}", console["arn"])),
           sessionCredentialFromConsole="true")


def clean_up():
    """The owner, from 11:02."""
    owner = root(PROD)
    world, home = (PROD, GLOBAL), (PROD, HOME)
    login("11:02:26", world, owner, OFFICE, "Yes")
    record("11:03:10", world, "iam", "ListUsers", owner, OFFICE, BROWSER, {"maxItems": 100}, sessionCredentialFromConsole="true")
    record("11:03:48", world, "iam", "GetAccountAuthorizationDetails", owner, OFFICE, BROWSER, None, sessionCredentialFromConsole="true")
    record("11:04:30", world, "iam", "UpdateAccessKey", owner, OFFICE, BROWSER,
           {"userName": "backup-legacy", "accessKeyId": key_id("AKIA", "backup-legacy"), "status": "Inactive"},
           sessionCredentialFromConsole="true")
    record("11:05:02", home, "cloudtrail", "StartLogging", sso(PROD, "AdministratorAccess", "ines.weber@example.com"), OFFICE, BROWSER,
           {"name": "company"}, sessionCredentialFromConsole="true")
    record("11:05:40", world, "iam", "DeleteLoginProfile", owner, OFFICE, BROWSER, {"userName": "svc-monitor"},
           sessionCredentialFromConsole="true")


def log_files():
    """The events in the files that CloudTrail would have delivered: {key: content}."""
    files = {}
    for event in sorted(events, key=lambda event: event["eventTime"]):
        account, region = event["recipientAccountId"], event["awsRegion"]
        delivered = next(at for at in DELIVERIES[account, region] if event["eventTime"][11:16].replace(":", "") < at)
        files.setdefault((account, region, delivered), []).append(event)
    day, compact = DAY.replace("-", "/"), DAY.replace("-", "")
    return {
        f"AWSLogs/{account}/CloudTrail/{region}/{day}/{account}_CloudTrail_{region}_{compact}T{at}Z_{file_suffix()}.json.gz":
            {"Records": records}
        for (account, region, at), records in sorted(files.items())
    }


def insight():
    """CloudTrail's notice of an unusual rate: a record without an identity."""
    day, compact = DAY.replace("-", "/"), DAY.replace("-", "")
    statistics = {"baseline": {"average": 0.0017}, "insight": {"average": 4.5}, "insightDuration": 4, "baselineDuration": 10076}
    people = [{"attribute": "userIdentityArn", "baseline": [],
               "insight": [{"value": f"arn:aws:sts::{SANDBOX}:assumed-role/backup-restore/restore", "average": 4.5}]}]
    content = {"Records": [{
        "eventVersion": "1.07", "eventTime": f"{DAY}T10:31:00Z", "awsRegion": SPARE, "eventID": uuid("event"),
        "eventType": "AwsCloudTrailInsight", "recipientAccountId": SANDBOX, "sharedEventID": uuid("shared"),
        "insightDetails": {"state": "Start", "eventSource": "ec2.amazonaws.com", "eventName": "DescribeSnapshots",
                           "insightType": "ApiCallRateInsight",
                           "insightContext": {"statistics": statistics, "attributions": people}},
        "eventCategory": "Insight",
    }]}
    name = f"{SANDBOX}_CloudTrail-Insight_{SPARE}_{compact}T1110Z_{file_suffix()}.json.gz"
    return f"AWSLogs/{SANDBOX}/CloudTrail-Insight/{SPARE}/{day}/{name}", content


def digest(files):
    """The list of delivered files with their hashes: JSON, compressed, and no records."""
    day, compact = DAY.replace("-", "/"), DAY.replace("-", "")
    listed = [{"s3Bucket": "example-cloudtrail", "s3Object": key, "hashAlgorithm": "SHA-256",
               "hashValue": hashlib.sha256(encode(content)).hexdigest(),
               "newestEventTime": content["Records"][-1]["eventTime"], "oldestEventTime": content["Records"][0]["eventTime"]}
              for key, content in files.items() if f"/{PROD}/CloudTrail/{HOME}/" in key]
    content = {
        "awsAccountId": PROD, "digestStartTime": f"{DAY}T10:15:00Z", "digestEndTime": f"{DAY}T11:15:00Z",
        "digestS3Bucket": "example-cloudtrail", "digestSignatureAlgorithm": "SHA256withRSA",
        "previousDigestS3Object": None, "previousDigestSignature": None, "logFiles": listed,
    }
    name = f"{PROD}_CloudTrail-Digest_{HOME}_company_{HOME}_{compact}T111500Z.json.gz"
    return f"AWSLogs/{PROD}/CloudTrail-Digest/{HOME}/{day}/{name}", content


def encode(content):
    return json.dumps(content, separators=(",", ":")).encode()


def write(folder, key, content):
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=packed, mtime=0) as file:
        file.write(encode(content))
    path = folder / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(packed.getvalue())


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__)
    folder = folder.parent if folder.is_file() else folder
    for chapter in (background, people, release, intrusion, clean_up):
        chapter()
    files = log_files()
    files |= [insight(), digest(files)]
    for key, content in files.items():
        write(folder, key, content)


main()
