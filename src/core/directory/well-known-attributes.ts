/**
 * Attribute types that people are described by, where no schema can be asked (an LDIF file, a server that hides it): RFC
 * 4519, 4524, 2798 and 2307, and of Active Directory those that a user or group commonly has (MS-ADA1 to MS-ADA3).
 */
const names = [
  'objectClass cn sn givenName initials generationQualifier name displayName title description ou o l st street c co postalCode',
  'postOfficeBox postalAddress telephoneNumber facsimileTelephoneNumber mobile pager homePhone homePostalAddress mail uid',
  'userPassword manager secretary seeAlso roomNumber businessCategory departmentNumber employeeNumber employeeType carLicense',
  'preferredLanguage labeledURI jpegPhoto photo userCertificate member uniqueMember owner memberUid uidNumber gidNumber',
  'homeDirectory loginShell gecos shadowExpire shadowLastChange dc serialNumber destinationIndicator organizationalStatus',
  'memberOf entryUUID entryDN createTimestamp modifyTimestamp pwdAccountLockedTime nsAccountLock nsUniqueId nsRoleDN',
  'sAMAccountName userPrincipalName userAccountControl accountExpires lockoutTime pwdLastSet lastLogonTimestamp objectGUID objectSid',
  'objectCategory primaryGroupID proxyAddresses mailNickname targetAddress legacyExchangeDN department company division employeeID',
  'streetAddress countryCode physicalDeliveryOfficeName ipPhone wWWHomePage info directReports managedBy groupType sIDHistory',
  'whenCreated whenChanged uSNChanged thumbnailPhoto middleName personalTitle otherTelephone otherMobile otherMailbox msDS-UserAccountDisabled',
  ...Array.from(
    { length: 15 },
    (_, place) => `extensionAttribute${place + 1} msDS-cloudExtensionAttribute${place + 1}`,
  ),
].flatMap((line) => line.split(' '));

/** As they are spelled. */
export const wellKnownAttributes: readonly string[] = names;
