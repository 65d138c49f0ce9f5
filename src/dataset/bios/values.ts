/**
 * Values for synthetic biographies: selected and shortened (no places after names, only short and unambiguous entries)
 * from the bioS value lists of the "Physics of Language Models" series (arXiv 2309.14316), which are under the Apache
 * License 2.0; see LICENSE and NOTICE in this folder. All lists are in the order of the source.
 */
const list = (values: string): readonly string[] => values.trim().split(/\s*[,\n]\s*/);

/** First names of women, commonest first. */
export const women = list(`
  Emily, Emma, Olivia, Hannah, Abigail, Isabella, Samantha, Elizabeth, Ashley, Sarah, Sophia, Alyssa, Grace
  Ava, Brianna, Lauren, Chloe, Natalie, Kayla, Jessica, Anna, Victoria, Mia, Hailey, Jasmine, Julia, Rachel
  Ella, Kaitlyn, Megan, Katherine, Jennifer, Alexandra, Allison, Haley, Maria, Kaylee, Lily, Makayla, Brooke
  Nicole, Mackenzie, Stephanie, Lillian, Andrea, Faith, Zoe, Kimberly, Madeline, Alexa, Katelyn, Gabriella
  Gabrielle, Amanda, Kylie, Mary, Paige, Leah, Jenna, Sara, Rebecca, Michelle, Sofia, Vanessa, Angelina
  Caroline, Audrey, Evelyn, Maya, Claire, Jocelyn, Ariana, Arianna, Jada, Aaliyah, Amber, Isabel, Mariah
  Danielle, Melanie, Sierra, Erin, Amelia, Molly, Isabelle, Madelyn, Melissa, Marissa, Angela, Shelby, Leslie
  Katie, Jade, Catherine, Diana, Aubrey, Mya, Amy, Briana, Sophie
`);

/** First names of men, commonest first. */
export const men = list(`
  Jacob, Michael, Joshua, Matthew, Daniel, Andrew, Ethan, Joseph, William, Anthony, David, Alexander, Nicholas
  Ryan, James, John, Jonathan, Noah, Brandon, Christian, Dylan, Samuel, Benjamin, Nathan, Zachary, Justin
  Gabriel, Jose, Kevin, Elijah, Caleb, Robert, Thomas, Jack, Isaiah, Evan, Isaac, Luke, Jayden, Jason, Gavin
  Aaron, Connor, Aiden, Aidan, Kyle, Juan, Charles, Luis, Adam, Lucas, Brian, Eric, Adrian, Nathaniel, Sean
  Alex, Carlos, Bryan, Ian, Owen, Landon, Julian, Chase, Cole, Diego, Jeremiah, Steven, Sebastian, Xavier
  Timothy, Wyatt, Brayden, Blake, Hayden, Devin, Cody, Richard, Seth, Dominic, Jaden, Antonio, Miguel, Liam
  Patrick, Carson, Jesse, Tristan, Alejandro, Henry, Victor, Trevor, Bryce, Jake, Riley, Colin, Jared, Jeremy
  Mark, Caden
`);

/** Last names, commonest first; none is a first name or a city of these lists. */
export const lastNames = list(`
  Smith, Jones, Brown, Williams, Wilson, Johnson, Davies, Patel, Robinson, Wright, Thompson, Evans, Walker
  White, Roberts, Green, Hall, Clarke, Wood, Harris, Edwards, Turner, Martin, Cooper, Hill, Ward, Hughes, Moore
  Clark, King, Harrison, Lewis, Baker, Lee, Allen, Morris, Khan, Scott, Watson, Davis, Parker, Bennett, Young
  Phillips, Richardson, Mitchell, Cook, Singh, Shaw, Bell, Collins, Kelly, Begum, Miller, Cox, Hussain
  Marshall, Simpson, Price, Anderson, Adams, Wilkinson, Ali, Ahmed, Foster, Ellis, Murphy, Chapman, Gray
  Richards, Webb, Griffiths, Hunt, Palmer, Campbell, Holmes, Mills, Rogers, Barnes, Knight, Matthews, Barker
  Powell, Stevens, Kaur, Fisher, Butler, Dixon, Russell, Harvey, Pearson, Graham, Fletcher, Murray, Howard
  Shah, Gibson, Gill, Fox, Stewart, Elliott, Lloyd, Andrews, Ford, West, Saunders, Reynolds, Day, Walsh, Brooks
  Atkinson, Payne, Bradley, Spencer, Pearce, Burton, Lawrence, Dawson, Ball, Rose, Booth, Grant, Wells, Watts
  Hudson, Hart, Armstrong, Perry, Newman, Jenkins, Webster, Lowe, Francis, Page, Hayes, Carr, Marsh, Stone
  Woods, Gregory, Barrett, Berry, Dunn, Newton, Holland, Porter, Oliver, Reid, Williamson, Parsons, Bird
  Robertson, Reed, Bates, Dean, Walton, Hawkins, Cooke, Harding, Ross, Kennedy, Gardner, Lane, Burns, Bishop
  Burgess, Shepherd, Nicholson, Freeman, Cross, Hamilton, Hodgson, Warren, Sutton, Harper, Yates, Nicholls
  Robson, Chambers, Hardy, Curtis, Moss, Long, Akhtar, Coleman, Sharp, Potter, George, Osborne, May, Hammond
  Gordon, Stevenson, Hutchinson, Wheeler, Wallace, Rowe, Willis, Read, Johnston, Mann, Stephenson, Miles
  Barber, Arnold, Byrne, Griffin, Slater, Nelson, Frost, Hewitt, Buckley, Baxter, Whitehead, Higgins, Lambert
  Hopkins, Barton, Greenwood, Burke, Clayton, Goodwin, Doyle, Woodward, Bond, Kemp, Holt, Thomson, Nash, Banks
  Lawson, Miah, Davidson, Middleton, Cunningham, Barnett, Jennings, Heath, Walters, Poole, French, Parry, Bibi
  Fowler, Watkins, Jarvis, Lynch, Quinn, Sullivan, Stanley, Norman, Stephens, Hartley, Rahman, Morton, Peters
  Knowles, Dickinson, Douglas, Field, Morrison, Preston, Stokes, Simmons, Black, Gallagher, Barlow, Briggs
  Gibbs, Todd, Tucker, Townsend, Ferguson, Parkinson, Burrows, Pritchard, Rhodes, Thorpe, Fuller, Holden
  Baldwin, Reeves, Lamb, Norris, Sanders, Tomlinson, Hancock, Kent, Dale, Ashton, Howe, Abbott, Davison, Glover
  Kirby, Carroll, Weston, Kay, Kirk, Whittaker
`);

/** Cities of the United States, largest first, without their state. */
export const cities = list(`
  Los Angeles, Chicago, Houston, Phoenix, Philadelphia, San Antonio, San Diego, Dallas, San Jose, Austin
  Jacksonville, Fort Worth, Columbus, San Francisco, Charlotte, Indianapolis, Seattle, Denver, Boston, El Paso
  Detroit, Nashville, Portland, Memphis, Oklahoma City, Las Vegas, Louisville, Baltimore, Milwaukee
  Albuquerque, Tucson, Fresno, Mesa, Sacramento, Atlanta, Kansas City, Miami, Raleigh, Omaha, Long Beach
  Oakland, Minneapolis, Tulsa, Arlington, Tampa, New Orleans, Wichita, Cleveland, Bakersfield, Aurora, Anaheim
  Honolulu, Santa Ana, Riverside, Lexington, Stockton, Henderson, Saint Paul, Cincinnati, Pittsburgh
  Greensboro, Anchorage, Plano, Lincoln, Orlando, Irvine, Newark, Toledo, Durham, Chula Vista, Fort Wayne
  Jersey City, Laredo, Madison, Chandler, Buffalo, Lubbock, Scottsdale, Reno, Glendale, Gilbert, Norfolk
  Chesapeake, Garland, Irving, Hialeah, Fremont, Boise, Richmond, Baton Rouge, Spokane, Des Moines, Tacoma
  Modesto, Fontana, Santa Clarita, Birmingham, Oxnard, Fayetteville, Moreno Valley, Rochester, Grand Rapids
  Amarillo, Yonkers, Montgomery, Akron, Little Rock, Huntsville, Augusta, Grand Prairie, Tallahassee
  Overland Park, Tempe, Mobile, Cape Coral, Shreveport, Frisco, Knoxville, Worcester, Brownsville, Vancouver
  Sioux Falls, Ontario, Chattanooga, Providence, Newport News, Santa Rosa, Oceanside, Salem, Elk Grove
  Garden Grove, Peoria, Eugene, Corona, Cary, Springfield, Fort Collins, Jackson, Alexandria, Hayward
  Lancaster, Lakewood, Clarksville, Palmdale, Salinas, Hollywood, Pasadena, Sunnyvale, Macon, Pomona
`);

/** Universities of the United States with short names. */
export const universities = list(`
  Harvard University, Stanford University, Princeton University, Columbia University, University of Chicago
  University of Pennsylvania, Yale University, Cornell University, Northwestern University, Duke University
  Rockefeller University, Vanderbilt University, Pennsylvania State University, Ohio State University
  Purdue University, Brown University, University of Virginia, University of Pittsburgh
  University of Rochester, University of Florida, University of Arizona, Boston University, University of Utah
  Emory University, Tufts University, University of Iowa, Michigan State University, Rice University
  Iowa State University, Arizona State University, University of Kansas, University of Connecticut
  Brandeis University, University of Georgia, Yeshiva University, University of Miami, Georgetown University
  University of Cincinnati, Colorado State University, University of Houston, Oregon State University
  Florida State University, Wayne State University, University of Delaware, University of Kentucky
  Louisiana State University, Washington State University, Northeastern University, Temple University
  Drexel University, University of Oregon, Kansas State University, University of Mississippi
  Tulane University, University of Vermont, Syracuse University, University of Louisville
  Oklahoma State University, Baylor University, Lehigh University, Rush University, Georgia State University
  Clemson University, Auburn University, Utah State University, Binghamton University, University of Wyoming
  Mississippi State University, Augusta University, University of Idaho, Kent State University
  University of Montana, Ohio University, University of Denver, University of Toledo, Miami University
  Wesleyan University, University of Akron, Portland State University, Pepperdine University
  Bucknell University, Colgate University, University of Memphis, American University, Creighton University
  Villanova University, Fordham University, Wright State University, Marquette University, Hofstra University
  Howard University, University of Dayton, Clark University, Oakland University, Texas State University
  Boise State University, Hampton University, Clarkson University, Fairfield University, Ball State University
`);

/** Fields of study, commonest first. */
export const fields = list(`
  Computer Science, Accounting, Finance, Economics, Business, Management, Psychology, Civil Engineering
  Engineering, English, Mathematics, Nursing, Political Science, Criminal Justice, Commerce, Electronics
  Communications, Biology, Chemistry, History, Physics, Sociology, Journalism, Data Science, Law, Biochemistry
  Education, Architecture, Public Health, Technology, Statistics, Human Resources, Liberal Arts, Graphic Design
  Philosophy, Advertising, Cybersecurity, Public Relations, Geology, Film, Kinesiology, Sports Management
  Microbiology, Biotechnology, Informatics, Machine Learning, Agriculture, Counseling, Anthropology
  Social Work, Entrepreneurship, Botany, Photography, Music
`);

/** Companies, without their place. */
export const employers = list(`
  AbbVie, ABC, Accenture, Adidas, Adobe, Aetna, AIG, Alcoa, Allstate, Amazon, Amgen, Anthem, Apple, Audi
  AutoZone, Avon Products, Baker Hughes, Best Buy, Biogen, BlackRock, BMW, Boeing, Broadcom, Burger King
  Capital One, Caterpillar, CBS, Chevron, Chipotle, Cisco, Citigroup, CNN, Comcast, Costco, CoverGirl
  Crown Castle, Cummins, CVS Health, Dairy Queen, Dell, Disney, Duke Energy, Eli Lilly, ESPN, Estee Lauder
  Exelon, ExxonMobil, Facebook, FedEx, Ford, Fox News, Fox Sports, Freddie Mac, Goldman Sachs, Google
  Halliburton, HBO Max, Hershey, Hilton, Home Depot, Honda, Honeywell, Hulu, Humana, Hyatt, Hyundai, IBM, Intel
  JCPenney, John Deere, KFC, Kia, Kraft Heinz, Krispy Kreme, Kroger, Lexus, Marriott, Mastercard, Maybelline
  Merck, MetLife, Microsoft, Moderna, MSNBC, NASA, Nasdaq, NBC, Netflix, Nike, Nissan, Nordstrom, NVIDIA
  Oracle, PACCAR, Pandora, Panera Bread, PayPal, PepsiCo, Pfizer, Pizza Hut, Popeyes, Publix, Qualcomm
  Raytheon, Realty Income, Reebok, Regeneron, Revlon, Rite Aid, Safeway, Salesforce, Schlumberger, Sears
  Sempra Energy, SiriusXM, SpaceX, Starbucks, Subaru, Taco Bell, Tesla, Tim Hortons, Toyota, Turner Sports
  Tyson Foods, Ulta, Under Armour, UPS, USA Today, Valero, Verizon
`);
